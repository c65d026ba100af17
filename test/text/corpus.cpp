#include "test/text/corpus.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace lvsd::test {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> out;
  if (!fs::is_directory(directory)) return out;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".conf") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

fs::path table_beside(const fs::path& file) {
  return fs::path(file).replace_extension(".table");
}

// "NAME reason…" a line: files whose table differs on purpose.
std::map<std::string, std::string> wanted_differences() {
  std::map<std::string, std::string> out;
  std::ifstream in(fs::path(LVSD_SOURCE_DIR) / "test" / "data" / "corpus_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.find(' ');
    REQUIRE(blank != line.npos);
    out[line.substr(0, blank)] = line.substr(blank + 1);
  }
  return out;
}

std::string differences(std::vector<std::string> ours, const std::vector<std::string>& theirs) {
  std::sort(ours.begin(), ours.end());
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

std::vector<fs::path> corpus_files() {
  if (const char* given = std::getenv("LVSD_CORPUS")) return files_in(given);
  return files_in(fs::path(LVSD_SOURCE_DIR) / ".." / "shared" / "corpus");
}

std::vector<fs::path> own_files() {
  return files_in(fs::path(LVSD_SOURCE_DIR) / "test" / "data" / "config");
}

std::vector<fs::path> all_files() {
  auto out = corpus_files();
  const auto own = own_files();
  out.insert(out.end(), own.begin(), own.end());
  return out;
}

bool has_table(const fs::path& file) {
  return fs::exists(table_beside(file));
}

std::vector<std::string> table_lines(const fs::path& file) {
  std::ifstream in(table_beside(file));
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out.push_back(line);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void compare_tables(const std::string& what, const std::vector<fs::path>& files,
                    const std::function<Outcome(const fs::path&)>& outcome) {
  const auto wanted = wanted_differences();
  std::size_t matched = 0;
  std::size_t total = 0;
  for (const fs::path& file : files) {
    if (!has_table(file)) continue;
    const std::string name = file.stem().string();
    const Outcome ours = outcome(file);
    const std::string differing =
        ours.refusal.empty() ? differences(ours.lines, table_lines(file)) : ours.refusal;
    ++total;
    INFO(name + ":\n" + differing);
    if (differing.empty()) {
      ++matched;
      CHECK_FALSE(wanted.contains(name));  // a difference that is gone goes from the list
    } else if (wanted.contains(name)) {
      std::cout << name << " differs: " << wanted.at(name) << "\n" << differing;
    } else {
      CHECK(differing == "");
    }
  }
  std::cout << what << ": " << matched << " of " << total << " tables equal\n";
}

}  // namespace lvsd::test
