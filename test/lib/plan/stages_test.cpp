#include "plan/stages.h"

#include <catch2/catch.hpp>

#include "plan/apply.h"
#include "plan/diff.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

bool is_usable_in(const Table& table, const ServiceKey& key) {
  const auto entry = table.find(key);
  return entry != table.end() && is_usable(entry->second);
}

// Sends a plan as the reconciler does, to a kernel that refuses the ops for which `refuses` says
// so, and looks at the table after each.
template <class Refuses, class Look>
Table sent(const Table& actual, const Table& desired, Refuses refuses, Look look) {
  Table table = actual;
  const Stages parts = stages(diff(actual, desired), actual);
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < parts.give.size(); ++i) {
    if (refuses(parts.give[i]) || apply(table, parts.give[i])) failed.push_back(i);
    look(table);
  }
  for (const Op& op : harmless(parts.take, actual, parts.give, failed)) {
    if (!refuses(op)) (void)apply(table, op);
    look(table);
  }
  return table;
}

}  // namespace

TEST_CASE("law: whatever ops fail a service that is usable before and after stays so") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const Table actual = random_table(random);
    const Table desired = random.chance(70) ? changed(actual, random) : random_table(random);
    const std::uint32_t percent = random.one_of<std::uint32_t>({0, 10, 50, 100});
    CAPTURE(seed, percent, text(actual), text(desired), text(diff(actual, desired)));

    const Table reached = sent(
        actual, desired, [&](const Op&) { return random.chance(percent); },
        [&](const Table& table) {
          for (const auto& [key, service] : actual) {
            if (!is_usable(service) || !is_usable_in(desired, key)) continue;
            CAPTURE(text(key), text(table));
            REQUIRE(is_usable_in(table, key));
          }
        });
    if (percent == 0) {
      REQUIRE(reached == desired);
    }

    const Table mended = sent(
        reached, desired, [](const Op&) { return false; }, [](const Table&) {});
    REQUIRE(mended == desired);
  }
}

TEST_CASE("law: the first part of a plan never lowers or removes anything") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Table actual = random_table(random);
    const Plan plan = diff(actual, changed(actual, random));
    const Stages parts = stages(plan, actual);
    CAPTURE(seed, text(plan));
    Plan both = parts.give;
    both.insert(both.end(), parts.take.begin(), parts.take.end());
    REQUIRE(both == plan);

    Table table = actual;
    for (const Op& op : parts.give)
      REQUIRE_FALSE(apply(table, op));
    for (const auto& [key, service] : actual)
      for (const auto& [destination, settings] : service.destinations)
        REQUIRE_FALSE(takes_away(settings, table[key].destinations.at(destination)));
  }
}

TEST_CASE("the last server stays when the kernel refuses the one that replaces it") {
  const Table actual = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n");
  const Table desired = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  const Stages parts = stages(diff(actual, desired), actual);
  CHECK(text(parts.give) == "add tcp 10.0.0.1:80 -> 10.0.0.3:80 NAT weight 1\n");
  CHECK(text(parts.take) == "remove tcp 10.0.0.1:80 -> 10.0.0.2:80\n");
  const std::vector<std::size_t> none;
  const std::vector<std::size_t> first = {0};
  CHECK(harmless(parts.take, actual, parts.give, none) == parts.take);
  CHECK(harmless(parts.take, actual, parts.give, first).empty());
}

TEST_CASE("a refused server holds back no more than the last one that serves") {
  const Table actual = table(
      "tcp 10.0.0.1:80 wlc\n"
      "  -> 10.0.0.2:80 NAT weight 1\n"
      "  -> 10.0.0.3:80 NAT weight 1\n");
  const Table desired = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.4:80 NAT weight 1\n");
  const Stages parts = stages(diff(actual, desired), actual);
  const std::vector<std::size_t> first = {0};
  CHECK(text(harmless(parts.take, actual, parts.give, first)) ==
        "remove tcp 10.0.0.1:80 -> 10.0.0.2:80\n");
}

TEST_CASE("a service whose scheduler is refused still loses the server that failed") {
  const Table actual = table(
      "tcp 10.0.0.1:80 wlc\n"
      "  -> 10.0.0.2:80 NAT weight 1\n"
      "  -> 10.0.0.3:80 NAT weight 1\n");
  const Table desired = table("tcp 10.0.0.1:80 lblcr\n  -> 10.0.0.3:80 NAT weight 1\n");
  const Stages parts = stages(diff(actual, desired), actual);
  REQUIRE(text(parts.give) == "set tcp 10.0.0.1:80 lblcr\n");
  const std::vector<std::size_t> first = {0};
  CHECK(harmless(parts.take, actual, parts.give, first) == parts.take);
}
