#include "plan/diff.h"

#include <catch2/catch.hpp>

#include "plan/apply.h"
#include "plan/stages.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

struct Pair {
  Table actual;
  Table desired;
};

// Half of the pairs have nothing to do with each other, half are a change of one table.
Pair random_pair(Random& random) {
  Table actual = random_table(random);
  const bool is_change = random.chance(50);
  Table desired = is_change ? changed(actual, random) : random_table(random);
  return {std::move(actual), std::move(desired)};
}

template <class Law>
void for_random_pairs(std::uint64_t count, Law law) {
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Random random(seed);
    const Pair pair = random_pair(random);
    CAPTURE(seed, text(pair.actual), text(pair.desired), text(diff(pair.actual, pair.desired)));
    law(pair, random);
  }
}

// The table after every op of the plan, each of which must be accepted.
template <class Look>
Table walk(Table table, const Plan& plan, Look look) {
  for (const Op& op : plan) {
    const std::error_code refusal = apply(table, op);
    CAPTURE(text(op));
    REQUIRE_FALSE(refusal);
    look(table);
  }
  return table;
}

bool has_family(const Table& table, Family family) {
  return std::any_of(table.begin(), table.end(),
                     [family](const auto& entry) { return entry.first.family == family; });
}

// The services that serve their clients.
Services usable(const Table& table) {
  Services keys;
  for (const auto& [key, service] : table)
    if (is_usable(service)) keys.insert(key);
  return keys;
}

Services usable_in_both(const Pair& pair) {
  Services both = usable(pair.actual);
  std::erase_if(both, [&](const ServiceKey& key) { return !usable(pair.desired).contains(key); });
  return both;
}

void require_usable(const Table& table, const Services& services) {
  for (const ServiceKey& key : services) {
    CAPTURE(text(key));
    const auto entry = table.find(key);
    REQUIRE(entry != table.end());
    REQUIRE(is_usable(entry->second));
  }
}

}  // namespace

TEST_CASE("law: applying diff of a and d to a gives d") {
  for_random_pairs(5000, [](const Pair& pair, Random&) {
    const Table reached = walk(pair.actual, diff(pair.actual, pair.desired), [](const Table&) {});
    REQUIRE(text(reached) == text(pair.desired));
    REQUIRE(reached == pair.desired);
  });
}

TEST_CASE("law: diff of d and d is empty") {
  for_random_pairs(2000, [](const Pair& pair, Random&) {
    REQUIRE(diff(pair.desired, pair.desired).empty());
    REQUIRE(diff(pair.actual, pair.actual, {}).empty());
  });
}

TEST_CASE("law: no destination ever lacks its service") {
  for_random_pairs(5000, [](const Pair& pair, Random&) {
    Services services;
    for (const auto& entry : pair.actual)
      services.insert(entry.first);
    for (const Op& op : diff(pair.actual, pair.desired)) {
      CAPTURE(text(op));
      if (std::holds_alternative<AddService>(op)) {
        REQUIRE(services.insert(service_of(op)).second);
      } else {
        REQUIRE(services.contains(service_of(op)));
      }
      if (std::holds_alternative<RemoveService>(op)) services.erase(service_of(op));
    }
  });
}

TEST_CASE("law: a service that is usable in both tables is usable at every step between") {
  for_random_pairs(5000, [](const Pair& pair, Random&) {
    const Services both = usable_in_both(pair);
    walk(pair.actual, diff(pair.actual, pair.desired),
         [&both](const Table& table) { require_usable(table, both); });
  });
}

TEST_CASE("law: a family that has services in both tables has one at every step between") {
  for_random_pairs(5000, [](const Pair& pair, Random&) {
    for (const Family family : {Family::v4, Family::v6}) {
      if (!has_family(pair.actual, family) || !has_family(pair.desired, family)) continue;
      walk(pair.actual, diff(pair.actual, pair.desired),
           [family](const Table& table) { REQUIRE(has_family(table, family)); });
    }
  });
}

TEST_CASE("law: entries we do not own are never touched") {
  for_random_pairs(5000, [](const Pair& pair, Random& random) {
    Services owned;
    for (const auto& entry : pair.actual)
      if (random.chance(50)) owned.insert(entry.first);
    const auto is_ours = [&](const ServiceKey& key) {
      return owned.contains(key) || pair.desired.contains(key);
    };

    const Plan plan = diff(pair.actual, pair.desired, owned);
    for (const Op& op : plan)
      REQUIRE(is_ours(service_of(op)));

    Table expected = pair.desired;
    for (const auto& [key, service] : pair.actual)
      if (!is_ours(key)) expected.emplace(key, service);
    REQUIRE(walk(pair.actual, plan, [](const Table&) {}) == expected);
  });
}

TEST_CASE("law: nothing is removed and added again or named twice") {
  for_random_pairs(3000, [](const Pair& pair, Random&) {
    std::set<std::pair<ServiceKey, std::optional<DestinationKey>>> named;
    for (const Op& op : diff(pair.actual, pair.desired)) {
      CAPTURE(text(op));
      const auto destination = std::visit(
          [](const auto& o) -> std::optional<DestinationKey> {
            if constexpr (requires { o.destination; }) return o.destination;
            return std::nullopt;
          },
          op);
      REQUIRE(named.emplace(service_of(op), destination).second);
    }
  });
}

TEST_CASE("law: after any prefix of a plan a second diff arrives at the desired table") {
  for_random_pairs(1000, [](const Pair& pair, Random&) {
    Table table = pair.actual;
    for (const Op& op : diff(pair.actual, pair.desired)) {
      REQUIRE_FALSE(apply(table, op));
      REQUIRE(walk(table, diff(table, pair.desired), [](const Table&) {}) == pair.desired);
    }
  });
}

TEST_CASE("law: after a failure of any op a second diff arrives at the desired table") {
  for_random_pairs(1000, [](const Pair& pair, Random&) {
    const Plan plan = diff(pair.actual, pair.desired);
    for (std::size_t failing = 0; failing < plan.size(); ++failing) {
      Table table = pair.actual;
      for (std::size_t i = 0; i < plan.size(); ++i)
        if (i != failing) (void)apply(table, plan[i]);  // the kernel goes on after an error
      REQUIRE(walk(table, diff(table, pair.desired), [](const Table&) {}) == pair.desired);
    }
  });
}

TEST_CASE("law: the diff of one service is the part of the whole that names it") {
  for_random_pairs(1000, [](const Pair& pair, Random&) {
    const Plan whole = diff(pair.actual, pair.desired);
    Table all = pair.actual;
    all.insert(pair.desired.begin(), pair.desired.end());
    for (const auto& entry : all) {
      const auto find = [&entry](const Table& table) {
        const auto found = table.find(entry.first);
        return found == table.end() ? nullptr : &found->second;
      };
      Plan part;
      for (const Op& op : whole)
        if (service_of(op) == entry.first) part.push_back(op);
      REQUIRE(diff(entry.first, find(pair.actual), find(pair.desired)) == part);
    }
  });
}

TEST_CASE("a new service comes with its destinations and the heaviest first") {
  CHECK(text(diff({}, table("tcp 10.0.0.1:80 wlc\n"
                            "  -> 10.0.0.2:80 NAT weight 1\n"
                            "  -> 10.0.0.3:80 NAT weight 5\n"
                            "tcp 10.0.0.1:443 rr\n"
                            "  -> 10.0.0.2:443 NAT weight 1\n"))) ==
        "add tcp 10.0.0.1:80 wlc\n"
        "add tcp 10.0.0.1:80 -> 10.0.0.3:80 NAT weight 5\n"
        "add tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 1\n"
        "add tcp 10.0.0.1:443 rr\n"
        "add tcp 10.0.0.1:443 -> 10.0.0.2:443 NAT weight 1\n");
}

TEST_CASE(
    "destinations of sh and mh are added highest key first as the kernel puts new ones first") {
  for (const char* scheduler : {"sh", "mh flags mh-fallback"}) {
    const std::string service = std::string("tcp 10.0.0.1:80 ") + scheduler + "\n";
    const Plan plan = diff({}, table(service + "  -> 10.0.0.10:80 DR weight 1\n"
                                               "  -> 10.0.0.2:80 DR weight 1\n"
                                               "  -> 10.0.0.3:80 DR weight 9\n"));
    REQUIRE(plan.size() == 4);
    CHECK(text(Plan(plan.begin() + 1, plan.end())) ==
          "add tcp 10.0.0.1:80 -> 10.0.0.10:80 DR weight 1\n"
          "add tcp 10.0.0.1:80 -> 10.0.0.3:80 DR weight 9\n"
          "add tcp 10.0.0.1:80 -> 10.0.0.2:80 DR weight 1\n");
  }
}

TEST_CASE("a service that leaves takes its destinations with it in one op") {
  CHECK(text(diff(table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n"), {})) ==
        "remove tcp 10.0.0.1:80\n");
}

TEST_CASE("a plan adds and raises, then changes the service, then lowers, then removes") {
  CHECK(text(diff(table("tcp 10.0.0.1:80 wlc\n"
                        "  -> 10.0.0.2:80 NAT weight 5\n"
                        "  -> 10.0.0.3:80 NAT weight 1\n"
                        "  -> 10.0.0.4:80 NAT weight 1\n"
                        "tcp 10.0.0.7:80 rr\n"),
                  table("tcp 10.0.0.1:80 rr\n"
                        "  -> 10.0.0.2:80 NAT weight 1\n"
                        "  -> 10.0.0.3:80 NAT weight 5\n"
                        "  -> 10.0.0.5:80 NAT weight 1\n"
                        "tcp 10.0.0.8:80 rr\n"))) ==
        "add tcp 10.0.0.8:80 rr\n"
        "set tcp 10.0.0.1:80 -> 10.0.0.3:80 NAT weight 5\n"
        "add tcp 10.0.0.1:80 -> 10.0.0.5:80 NAT weight 1\n"
        "set tcp 10.0.0.1:80 rr\n"
        "set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 1\n"
        "remove tcp 10.0.0.1:80 -> 10.0.0.4:80\n"
        "remove tcp 10.0.0.7:80\n");
}

TEST_CASE("whatever the kernel can change in place is set and not added again") {
  const auto plan = [](const char* actual, const char* desired) {
    return text(diff(table(actual), table(desired)));
  };
  CHECK(plan("udp 10.0.0.1:5060 mh persistent 300 pe sip\n",
             "udp 10.0.0.1:5060 mh persistent 300\n") ==
        "set udp 10.0.0.1:5060 mh persistent 300\n");
  CHECK(plan("tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 1\n",
             "tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 TUN gue port 5555 weight 1\n") ==
        "set tcp 10.0.0.1:80 -> 10.0.0.2:80 TUN gue port 5555 weight 1\n");
  CHECK(plan("tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 1 upper 10\n",
             "tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 1\n") ==
        "set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 1\n");
}

TEST_CASE("a lower limit of connections counts as taking away") {
  const DestinationSettings free{.weight = 1};
  const DestinationSettings limited{.weight = 1, .upper_threshold = 100};
  const DestinationSettings tight{.weight = 1, .upper_threshold = 10};
  CHECK(takes_away(free, limited));
  CHECK(takes_away(limited, tight));
  CHECK_FALSE(takes_away(limited, free));
  CHECK_FALSE(takes_away(tight, limited));
  CHECK_FALSE(takes_away(tight, tight));
  CHECK(takes_away({.weight = 2}, {.weight = 1}));
  CHECK_FALSE(takes_away({.weight = 0}, tight));
}

TEST_CASE("services of others are left alone and owned ones that are not wanted leave") {
  const Table actual = table(
      "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n"
      "tcp 10.0.0.7:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n"
      "tcp 10.0.0.8:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n");
  const Table desired = table("tcp 10.0.0.1:80 rr\n  -> 10.0.0.2:80 NAT weight 1\n");
  CHECK(text(diff(actual, desired, {service_key("tcp 10.0.0.8:80")})) ==
        "set tcp 10.0.0.1:80 rr\n"
        "remove tcp 10.0.0.8:80\n");
}
