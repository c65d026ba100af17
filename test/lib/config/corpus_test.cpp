#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "config/load.h"
#include "test/text/config.h"
#include "test/text/ipvsadm.h"

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

// Files as found in public, each with the table that keepalived made of it.
fs::path corpus() {
  if (const char* given = std::getenv("LVSD_CORPUS")) return given;
  return fs::path(LVSD_SOURCE_DIR).parent_path() / "shared" / "corpus";
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && line.back() == ' ')
      line.pop_back();
    if (!line.empty()) out.push_back(line);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// "NAME reason…" a line: files whose table differs on purpose.
std::map<std::string, std::string> wanted_differences() {
  std::map<std::string, std::string> out;
  std::ifstream in(std::string(LVSD_SOURCE_DIR) + "/test/data/corpus_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.find(' ');
    const std::string name = line.substr(0, blank);
    if (blank != line.npos) line.erase(0, blank + 1);
    out[name] = line;
  }
  return out;
}

std::string differences(const std::vector<std::string>& ours,
                        const std::vector<std::string>& theirs) {
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                      std::back_inserter(missing));
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      std::back_inserter(extra));
  std::string out;
  for (const std::string& line : missing)
    out += "  only keepalived: " + line + "\n";
  for (const std::string& line : extra)
    out += "  only lvsd:       " + line + "\n";
  return out;
}

}  // namespace

TEST_CASE("real files give the table that keepalived makes of them") {
  if (!fs::is_directory(corpus())) {
    std::cout << "skipped: no corpus at " << corpus() << "\n";
    return;
  }
  const auto wanted = wanted_differences();
  std::size_t matched = 0;
  std::size_t total = 0;
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(corpus()))
    if (entry.path().extension() == ".table") tables.push_back(entry.path());
  std::sort(tables.begin(), tables.end());

  for (const fs::path& table : tables) {
    const std::string name = table.stem().string();
    const fs::path file = fs::path(table).replace_extension(".conf");
    const Loaded loaded = load(file.string(), test::disk(), {.lenient = true, .config_id = "lvs1"});
    ++total;
    std::string difference;
    if (!loaded.config) {
      for (const Diagnostic& diagnostic : loaded.diagnostics)
        if (diagnostic.severity == Severity::error) difference += text(diagnostic);
    } else {
      difference =
          differences(test::ipvsadm_lines(test::table_at_start(*loaded.config)), lines_of(table));
    }
    if (difference.empty()) {
      ++matched;
      CHECK(wanted.count(name) == 0);  // a difference that is gone goes from the list
      continue;
    }
    std::cout << name << ":\n" << difference;
    if (const auto known = wanted.find(name); known != wanted.end()) {
      std::cout << "  wanted: " << known->second << "\n";
    } else {
      CHECK(name + ":\n" + difference == "");
    }
  }
  std::cout << "corpus: " << matched << " of " << total << " tables equal\n";
}
