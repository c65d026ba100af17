#include "plan/reading.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using lvsd::test::Random;
using lvsd::test::table;

namespace {

Snapshot reading(const Table& table) {
  Snapshot snapshot;
  for (const auto& [key, service] : table) {
    ServiceSnapshot& entry = snapshot[key];
    entry.settings = service.settings;
    for (const auto& [destination, settings] : service.destinations)
      entry.destinations.emplace(destination, DestinationSnapshot{settings, {}});
  }
  return snapshot;
}

Services keys(const Table& table) {
  Services services;
  for (const auto& [key, service] : table)
    services.insert(key);
  return services;
}

}  // namespace

TEST_CASE("the services unlike what is wanted are those that a diff has something to do for") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    const Table actual = random_table(random);
    const Table wanted = random.chance(70) ? changed(actual, random) : random_table(random);
    Services all = keys(actual);
    all.merge(keys(wanted));

    Services differing;
    for (const ServiceKey& key : all) {
      const auto is = actual.find(key);
      const auto ought = wanted.find(key);
      if (!diff(key, is == actual.end() ? nullptr : &is->second,
                ought == wanted.end() ? nullptr : &ought->second)
               .empty())
        differing.insert(key);
    }
    REQUIRE(unlike(reading(actual), wanted, all) == differing);
  }
}

TEST_CASE("part of a reading is the table of those services and no others") {
  const Table all = table(
      "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 3\n"
      "udp 10.0.0.1:53 rr\n  -> 10.0.0.2:53 DR weight 1\n");
  Services some{all.begin()->first, *parse_service_key("fwmark 7")};
  CHECK(text(table_of(reading(all), some)) ==
        "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 3\n");
  CHECK(table_of(reading(all), keys(all)) == all);

  Table left = all;
  CHECK(text(taken_from(left, some)) == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 3\n");
  CHECK(text(left) == "udp 10.0.0.1:53 rr\n  -> 10.0.0.2:53 DR weight 1\n");
}
