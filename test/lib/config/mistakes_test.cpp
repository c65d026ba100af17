#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "config/load.h"
#include "test/text/config.h"

using namespace lvsd;
namespace fs = std::filesystem;

// test/data/mistakes/*.txt: files of mistakes, each with the diagnostics it must give, to the
// caret:
//
//   === strict | lenient: what is wrong
//   the file test.conf
//   +++ another file
//   its text
//   ---
//   what is printed
//
// With LVSD_WRITE_GOLDEN set the expectations are written anew, to be read by a human.

namespace {

struct Mistake {
  std::string title;
  std::map<std::string, std::string> files;
  std::string expected;

  bool lenient() const { return title.starts_with("lenient"); }
};

std::vector<Mistake> mistakes_of(const fs::path& path) {
  std::vector<Mistake> out;
  std::ifstream in(path);
  std::string* part = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      out.push_back({line.substr(4), {}, {}});
      part = &out.back().files["test.conf"];
    } else if (line.starts_with("+++ ")) {
      part = &out.back().files[line.substr(4)];
    } else if (line == "---") {
      part = &out.back().expected;
    } else if (part != nullptr) {
      *part += line + "\n";
    }
  }
  return out;
}

std::string told(const Mistake& mistake) {
  const Loaded loaded = load("test.conf", test::files_of(mistake.files),
                             {.lenient = mistake.lenient(), .config_id = "lb1"});
  CHECK(loaded.config.has_value() == !has_errors(loaded.diagnostics));
  return text(loaded.diagnostics);
}

void write_anew(const fs::path& path, const std::vector<Mistake>& mistakes) {
  std::ofstream out(path);
  for (const Mistake& mistake : mistakes) {
    out << "=== " << mistake.title << "\n" << mistake.files.at("test.conf");
    for (const auto& [name, contents] : mistake.files)
      if (name != "test.conf") out << "+++ " << name << "\n" << contents;
    out << "---\n" << told(mistake);
  }
}

}  // namespace

TEST_CASE("every mistake is told as a good compiler would") {
  std::size_t count = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(LVSD_SOURCE_DIR) / "test" / "data" / "mistakes")) {
    const auto mistakes = mistakes_of(entry.path());
    if (std::getenv("LVSD_WRITE_GOLDEN") != nullptr) write_anew(entry.path(), mistakes);
    for (const Mistake& mistake : mistakes) {
      INFO(entry.path().filename().string() << ": " << mistake.title);
      CHECK(told(mistake) == mistake.expected);
      ++count;
    }
  }
  CHECK(count >= 60);
}
