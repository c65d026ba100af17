#include "config/codes.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

fs::path source(const std::string& path) {
  return fs::path(LVSD_SOURCE_DIR) / path;
}

std::string all_of(const fs::path& directory, const std::string& extension) {
  std::string out;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == extension && entry.path().filename() != "codes.cpp")
      out += contents(entry.path());
  return out;
}

// "unreadable" -> "LVC001", as the enumeration has them.
std::map<std::string, std::string> enumerators() {
  const std::string text = contents(source("lib/config/codes.h"));
  const std::regex pattern(R"((\w+) = (\d+),)");
  std::map<std::string, std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    const std::string number = (*at)[2];
    out[(*at)[1]] = "LVC" + std::string(3 - number.size(), '0') + number;
  }
  return out;
}

}  // namespace

TEST_CASE("every code means one thing and is explained") {
  std::set<std::string> seen;
  std::set<std::string_view> summaries;
  for (const CodeInfo& row : codes()) {
    INFO(text(row.code) << " " << row.summary);
    CHECK(seen.insert(text(row.code)).second);
    CHECK(summaries.insert(row.summary).second);
    CHECK_FALSE(row.summary.empty());
    CHECK(row.lenient <= row.severity);
  }
  CHECK(seen.size() == enumerators().size());
}

TEST_CASE("a code never changes its meaning") {
  // Add a line for a new code; a line that is here stays.
  std::string now;
  for (const CodeInfo& row : codes())
    now += text(row.code) + " " + std::string(row.summary) + "\n";
  CHECK(now == contents(source("test/data/codes.txt")));
}

TEST_CASE("every code is given somewhere and shown by a test") {
  const std::string sources = all_of(source("lib/config"), ".cpp");
  const std::string shown = all_of(source("test/data/mistakes"), ".txt") +
                            all_of(source("test/lib/config"), ".cpp") +
                            contents(source("test/daemon/config_file_test.cpp"));
  for (const auto& [name, code] : enumerators()) {
    INFO(name << " " << code);
    CHECK(std::regex_search(sources, std::regex("Code::" + name + "\\b")));
    CHECK(shown.find(code) != shown.npos);
  }
}
