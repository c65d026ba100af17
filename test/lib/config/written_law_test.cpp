#include <catch2/catch.hpp>
#include <set>

#include "config/changes.h"
#include "config/entries.h"
#include "test/text/config.h"
#include "test/text/corpus.h"
#include "test/text/mutated.h"
#include "test/text/settled.h"

using namespace lvsd;

namespace {

// Under sanitizers the fuzzer looks for the same, a minute in each gate.
#ifdef LVSD_SANITIZED
constexpr std::uint64_t mistaken = 500;
#else
constexpr std::uint64_t mistaken = 3000;
#endif

void collect_rows(const Entries& entries, std::set<const Keyword*>& rows) {
  for (const Entry& entry : entries) {
    if (entry.keyword != nullptr) rows.insert(entry.keyword);
    collect_rows(entry.block, rows);
  }
}

void check_law(const Config& config, Detail detail, const Origins* origins = nullptr) {
  const std::string written = configuration_text(config, detail, origins);
  const Loaded again = test::load_text(written);
  INFO(written << text(again.diagnostics));
  REQUIRE(again.config);
  INFO(text(changes(config, *again.config)));
  REQUIRE(*again.config == config);
  REQUIRE(changes(config, *again.config).empty());
  if (origins == nullptr) REQUIRE(configuration_text(*again.config, detail) == written);
}

}  // namespace

TEST_CASE("any configuration is written so that it loads to the same") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    test::Random random(seed);
    const Config config = test::random_settled_config(random);
    CAPTURE(seed);
    check_law(config, Detail::effective);
    check_law(config, Detail::changed);
  }
}

TEST_CASE("the law of writing is tried on every keyword that can be shown") {
  std::set<const Keyword*> met;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    test::Random random(seed);
    const Config config = test::random_settled_config(random);
    collect_rows(global_entries(config, Detail::changed), met);
    for (const VirtualServer& server : config.virtual_servers)
      collect_rows({entry(config, server, Detail::changed)}, met);
  }
  for (const Keyword* keyword : keywords()) {
    INFO(keyword->name);
    const bool is_shown = keyword->show != nullptr || keyword->show_each != nullptr;
    CHECK((met.contains(keyword) || !is_shown));
  }
}

TEST_CASE("whatever loads of a file with mistakes is written so that it loads to the same") {
  const auto files = test::all_files();
  std::size_t accepted = 0;
  for (std::uint64_t seed = 0; seed < mistaken; ++seed) {
    test::Random random(seed);
    const std::string path = random.one_of(files).string();
    const std::string text = test::mutated(*test::disk().read(path), random);
    Files disk = test::disk();
    disk.read = [&](const std::string& wanted) {
      return wanted == path ? Result<std::string>(text) : test::disk().read(wanted);
    };
    const Loaded loaded =
        load(path, disk, {.lenient = random.chance(80), .config_id = "lb1", .origins = true});
    if (!loaded.config) continue;
    ++accepted;
    CAPTURE(seed, path, text, lvsd::text(loaded.diagnostics));
    check_law(*loaded.config, Detail::effective, &loaded.origins);
    check_law(*loaded.config, Detail::effective);
    check_law(*loaded.config, Detail::changed);
  }
  CHECK(accepted > mistaken / 3);
}
