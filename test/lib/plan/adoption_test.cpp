#include "plan/adoption.h"

#include <catch2/catch.hpp>

#include "health/quorum.h"
#include "plan/apply.h"
#include "plan/diff.h"
#include "test/text/random.h"
#include "test/text/situation.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

std::string word(Start start) {
  switch (start) {
    case Start::fresh:
      return "fresh";
    case Start::adopted_up:
      return "up";
    case Start::adopted_idle:
      return "idle";
    case Start::adopted_down:
      return "down";
  }
  return "?";
}

// "up down, had quorum"
std::string adopted(const char* server, const char* kernel) {
  const Adoption found = adoption(situation(server).server, table(kernel));
  std::string out;
  for (const Start start : found.real_servers)
    out += (out.empty() ? "" : " ") + word(start);
  return out + (found.had_quorum ? ", had quorum" : ", no quorum");
}

// What a daemon knows that has just adopted a table, before any check has run.
PoolFacts facts_after(const VirtualServer& server, const Adoption& found) {
  PoolFacts facts;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const Start start = found.real_servers[i];
    const bool is_up = start == Start::adopted_up;
    const HealthState checked = is_up ? HealthState::up : HealthState::init;
    facts.real_servers.push_back(
        {server.real_servers[i].checks.empty() ? HealthState::no_check : checked, start});
  }
  facts.quorum = quorum(quorum_limits(server), serving_weight(server, facts),
                        unknown_weight(server, facts), found.had_quorum);
  return facts;
}

}  // namespace

TEST_CASE("a fresh boot follows the file") {
  CHECK(adopted("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n",
                "tcp 10.0.0.7:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n") == "fresh, no quorum");
}

TEST_CASE("a server that serves is adopted up and one that is idle or missing is not") {
  CHECK(adopted("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 3\n"
                "real 10.0.0.3:80 NAT weight 3\n"
                "real 10.0.0.4:80 NAT weight 3\n",
                "tcp 10.0.0.1:80 rr\n"
                "  -> 10.0.0.2:80 NAT weight 1\n"
                "  -> 10.0.0.3:80 NAT weight 0\n") == "up idle down, had quorum");
}

TEST_CASE("a server with weight 0 in the file is where it should be with weight 0") {
  CHECK(adopted("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 0\n"
                "real 10.0.0.3:80 NAT weight 0\n",
                "tcp 10.0.0.1:80 wlc\n"
                "  -> 10.0.0.2:80 NAT weight 0\n") == "up down, had quorum");
}

TEST_CASE("a server of a group is up if it serves in any of its services") {
  CHECK(adopted("group web\n"
                "tcp 10.0.0.1:80 wlc\n"
                "tcp 10.0.0.1:443 wlc\n"
                "fwmark 7 wlc\n"
                "real 10.0.0.2:80 DR weight 1\n"
                "real 10.0.0.3:80 DR weight 1\n"
                "real 10.0.0.4:80 DR weight 1\n",
                "tcp 10.0.0.1:443 wlc\n"
                "  -> 10.0.0.2:443 DR weight 0\n"
                "  -> 10.0.0.3:443 DR weight 0\n"
                "  -> 10.0.0.4:443 DR weight 1\n"
                "fwmark 7 wlc\n"
                "  -> 10.0.0.2:0 DR weight 1\n"
                "  -> 10.0.0.4:0 DR weight 0\n") == "up idle up, had quorum");
}

TEST_CASE("a sorry server that serves says that quorum was lost") {
  const char* server =
      "tcp 10.0.0.1:80 wlc\n"
      "real 10.0.0.2:80 NAT weight 1\n"
      "sorry 10.0.0.9:80 NAT weight 1 inhibit\n";
  CHECK(adopted(server, "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.9:80 NAT weight 1\n") ==
        "down, no quorum");
  CHECK(adopted(server,
                "tcp 10.0.0.1:80 wlc\n"
                "  -> 10.0.0.2:80 NAT weight 1\n"
                "  -> 10.0.0.9:80 NAT weight 0\n") == "up, had quorum");
}

TEST_CASE("while a real server serves quorum is not taken for lost") {
  CHECK(adopted("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1\n"
                "real 10.0.0.3:80 NAT weight 1\n"
                "sorry 10.0.0.9:80 NAT weight 1\n",
                "tcp 10.0.0.1:80 wlc\n"
                "  -> 10.0.0.2:80 NAT weight 1\n"
                "  -> 10.0.0.9:80 NAT weight 1\n") == "up down, had quorum");
}

TEST_CASE("a sorry server that is a real server as well says nothing of quorum") {
  CHECK(adopted("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1\n"
                "sorry 10.0.0.2:80 NAT weight 1\n",
                "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n") == "up, had quorum");
}

TEST_CASE("what is neither configured nor owned is foreign") {
  const Table actual = table("tcp 10.0.0.1:80 wlc\ntcp 10.0.0.7:80 wlc\ntcp 10.0.0.8:80 wlc\n");
  CHECK(foreign(actual, table("tcp 10.0.0.1:80 rr\n"), {service_key("tcp 10.0.0.8:80")}) ==
        Services{service_key("tcp 10.0.0.7:80")});
}

TEST_CASE("law: a reload removes what only the old file named and leaves the services of others") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const auto wanted = [&random](const Config& config) {
      Table table;
      for (const VirtualServer& server : config.virtual_servers)
        table.merge(desired(server, random_facts(server, random)).table);
      return table;
    };
    const Table before = wanted(random_config(random));
    const Table after = wanted(random_config(random));
    Services owned;
    for (const auto& entry : before)
      owned.insert(entry.first);

    Table kernel = before;
    kernel.merge(random_table(random));
    Table expected = after;
    for (const ServiceKey& key : foreign(kernel, after, owned))
      expected.emplace(key, kernel.at(key));
    CAPTURE(seed, text(kernel), text(expected));
    for (const Op& op : diff(kernel, after, owned))
      REQUIRE_FALSE(apply(kernel, op));
    REQUIRE(text(kernel) == text(expected));
  }
}

TEST_CASE("law: a restart changes nothing in the kernel") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random);
    PoolFacts before = random_facts(server, random);
    before.quorum = quorum(quorum_limits(server), serving_weight(server, before),
                           unknown_weight(server, before), random.chance(50));
    const Table kernel = desired(server, before).table;

    const Desired after = desired(server, facts_after(server, adoption(server, kernel)));
    CAPTURE(seed, text(kernel), text(after, server));
    REQUIRE(text(diff(kernel, after.table)) == "");
  }
}

TEST_CASE("law: no destination that serves is removed before something has been checked") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random);
    // Tables of other moments, of an older configuration, or changed by hand.
    VirtualServer older = server;
    if (random.chance(50)) older.settings.scheduler = "rr";
    Table kernel = desired(older, random_facts(older, random)).table;
    for (auto& [key, service] : kernel)
      for (auto& [destination, settings] : service.destinations)
        if (random.chance(20)) settings.weight = random.below(3);

    const Table after = desired(server, facts_after(server, adoption(server, kernel))).table;
    CAPTURE(seed, text(kernel), text(after));
    for (const RealServer& real : server.real_servers)
      for (const auto& [key, service] : kernel) {
        const auto destination =
            destination_key(server, key, real.endpoint, real.settings.forwarding);
        const auto found = service.destinations.find(destination);
        if (found == service.destinations.end() || found->second.weight == 0) continue;
        CAPTURE(text(key), text(destination));
        REQUIRE(after.at(key).destinations.contains(destination));
      }
  }
}
