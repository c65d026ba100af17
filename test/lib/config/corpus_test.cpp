#include "test/text/corpus.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "config/entries.h"
#include "config/load.h"
#include "test/text/config.h"
#include "test/text/ipvsadm.h"

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

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
  std::ifstream in(fs::path(LVSD_SOURCE_DIR) / "test" / "data" / "corpus_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto blank = line.find(' ');
    REQUIRE(blank != line.npos);
    out[line.substr(0, blank)] = line.substr(blank + 1);
  }
  return out;
}

Loaded load_as_keepalived(const fs::path& file) {
  return load(file.string(), test::disk(), {.lenient = true, .config_id = "lvs1"});
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

// How the table of a file differs from the one beside it; the errors where it has none.
std::string difference(const fs::path& file) {
  const Loaded loaded = load_as_keepalived(file);
  if (loaded.config)
    return differences(test::ipvsadm_lines(test::table_at_start(*loaded.config)),
                       lines_of(fs::path(file).replace_extension(".table")));
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == Severity::error) out += text(diagnostic);
  return out;
}

void compare_tables(const std::vector<fs::path>& files, const std::string& what) {
  const auto wanted = wanted_differences();
  std::size_t matched = 0;
  std::size_t total = 0;
  for (const fs::path& file : files) {
    if (!fs::exists(fs::path(file).replace_extension(".table"))) continue;
    const std::string name = file.stem().string();
    const std::string differing = difference(file);
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

std::vector<fs::path> all_files() {
  auto out = test::corpus_files();
  const auto own = test::own_files();
  out.insert(out.end(), own.begin(), own.end());
  return out;
}

}  // namespace

TEST_CASE("real files give the table that keepalived makes of them") {
  if (test::corpus_files().empty())
    std::cout << "the corpus is not here; the project's own files carry the test\n";
  compare_tables(test::corpus_files(), "corpus");
  compare_tables(test::own_files(), "own files");
}

TEST_CASE("the effective configuration of a real file loads to the same") {
  for (const fs::path& file : all_files()) {
    const Loaded loaded = load_as_keepalived(file);
    if (!loaded.config) continue;
    for (const Detail detail : {Detail::effective, Detail::changed}) {
      const std::string written = configuration_text(*loaded.config, detail);
      const Loaded again = test::load_text(written);
      INFO(file.string() + "\n" + text(again.diagnostics) + "\n" + written);
      REQUIRE(again.config);
      CHECK(*again.config == *loaded.config);
      CHECK(configuration_text(*again.config, detail) == written);
    }
  }
}
