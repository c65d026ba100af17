#include "test/text/corpus.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "config/entries.h"
#include "config/keywords.h"
#include "config/load.h"
#include "test/text/config.h"
#include "test/text/ipvsadm.h"

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

Loaded load_as_keepalived(const fs::path& file) {
  return load(file.string(), test::disk(), {.lenient = true, .config_id = "lvs1"});
}

test::Outcome outcome(const fs::path& file) {
  const Loaded loaded = load_as_keepalived(file);
  if (loaded.config) return {test::ipvsadm_lines(test::table_at_start(*loaded.config)), {}};
  test::Outcome out;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.severity == Severity::error) out.refusal += text(diagnostic);
  return out;
}

// The words that statements start with: the first of each line and behind each brace.
std::set<std::string> statement_words(const fs::path& file) {
  std::set<std::string> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    line.erase(std::min(line.find('#'), line.size()));
    std::istringstream pieces(line);
    for (std::string piece, word; std::getline(pieces, piece, '{');)
      if (std::istringstream(piece) >> word) out.insert(word);
  }
  return out;
}

}  // namespace

TEST_CASE("real files give the table that keepalived makes of them") {
  if (test::corpus_files().empty())
    std::cout << "the corpus is not here; the project's own files carry the test\n";
  compare_tables("corpus", test::corpus_files(), outcome);
}

TEST_CASE("the project's own files give the table beside them") {
  std::size_t with_table = 0;
  for (const fs::path& file : test::own_files())
    if (test::has_table(file)) ++with_table;
  CHECK(with_table >= 12);
  compare_tables("own files", test::own_files(), outcome);
}

TEST_CASE("the project's own files use every keyword and are free of errors") {
  std::set<std::string> used;
  for (const fs::path& file : test::own_files()) {
    const Loaded loaded = load(file.string(), test::disk(), {.config_id = "lvs1"});
    INFO(text(loaded.diagnostics));
    CHECK(loaded.config.has_value());
    used.merge(statement_words(file));
  }
  for (const Keyword* keyword : keywords()) {
    INFO(keyword->name);
    CHECK(used.contains(std::string(keyword->name)));
  }
}

TEST_CASE("the effective configuration of a real file loads to the same") {
  for (const fs::path& file : test::all_files()) {
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
