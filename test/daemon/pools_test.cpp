#include "daemon/pools.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>

#include "health/observe.h"
#include "test/text/random.h"
#include "test/text/situation.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::config_of;
using lvsd::test::Random;
using lvsd::test::service_key;
using lvsd::test::table;

namespace {

const Time kStart{1000s};

void set_policy(Config& config, std::size_t server, const CheckPolicy& policy) {
  RealServer& real = config.virtual_servers[0].real_servers[server];
  real.checks[0].settings = std::make_shared<const CheckSettings>(CheckSettings{{}, policy});
}

Observation passes(Time at) {
  return {.result = CheckResult::l4_ok, .text = {}, .at = at};
}
Observation fails(Time at) {
  return {.result = CheckResult::l4_refused, .text = {}, .at = at};
}

// Pools in the course of time (what a server "is" in a situation has no say here): each result
// comes a second after the one before.
struct World {
  Pools pools;
  Time now = kStart;

  std::set<ServiceKey> take(const Config& config, std::string_view actual = "") {
    return pools.take(config, table(actual), now);
  }
  std::optional<PoolChange> pass(std::uint32_t server, std::uint32_t check = 0) {
    return pools.observe({0, server, check}, passes(now += 1s));
  }
  std::optional<PoolChange> fail(std::uint32_t server, std::uint32_t check = 0) {
    return pools.observe({0, server, check}, fails(now += 1s));
  }

  // "up ACTIVE" of a real server of the first virtual server.
  std::string server(std::size_t index) const {
    const Pool& pool = pools.pool(0);
    return text(pool.servers[index].standing) + " " +
           std::string(text(pool.real_servers[index].effective));
  }
  std::string wanted() const { return text(pools.wanted()); }
};

const char* const kTwo =
    "tcp 10.0.0.1:80 wlc\n"
    "real 10.0.0.2:80 NAT weight 1\n"
    "real 10.0.0.3:80 NAT weight 1\n";

const char* const kTwoInKernel =
    "tcp 10.0.0.1:80 wlc\n"
    "  -> 10.0.0.2:80 NAT weight 1\n"
    "  -> 10.0.0.3:80 NAT weight 1\n";

}  // namespace

// ---- taking on what is there

TEST_CASE("on an empty kernel servers start up and the first failure takes one out") {
  World world;
  CHECK(world.take(config_of(kTwo)) == std::set<ServiceKey>{service_key("tcp 10.0.0.1:80")});
  CHECK(world.wanted() == kTwoInKernel);
  const auto change = world.fail(0);
  REQUIRE(change);
  CHECK(change->server == 0u);
  CHECK(change->results == 1);
  CHECK_FALSE(change->quorum);
  CHECK(world.server(0) == "down DOWN");
  CHECK(world.server(1) == "up ACTIVE");
}

TEST_CASE("a server that serves in the kernel leaves only after all the evidence of a failure") {
  World world;
  world.take(config_of(kTwo), kTwoInKernel);
  CHECK_FALSE(world.fail(0));
  CHECK(world.server(0) == "falling 1/2 ACTIVE");
  CHECK(world.wanted() == kTwoInKernel);
  const auto change = world.fail(0);
  REQUIRE(change);
  CHECK(change->results == 2);
  CHECK(world.server(0) == "down DOWN");
}

TEST_CASE("a server that is missing in a service of the kernel joins when its check has passed") {
  World world;
  world.take(config_of(kTwo), "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  CHECK(world.server(0) == "init INIT");
  const auto change = world.pass(0);
  REQUIRE(change);
  CHECK(change->server == 0u);
  CHECK(world.wanted() == kTwoInKernel);
}

TEST_CASE("a server found with weight 0 stays in the kernel until its check has said something") {
  const auto found =
      "tcp 10.0.0.1:80 wlc\n"
      "  -> 10.0.0.2:80 NAT weight 0\n"
      "  -> 10.0.0.3:80 NAT weight 1\n";
  Config config = config_of(kTwo);
  set_policy(config, 0, {.rise = 2});
  World world;
  world.take(config, found);
  CHECK(world.wanted() == found);

  SECTION("it rises and keeps its place meanwhile") {
    CHECK_FALSE(world.pass(0));
    CHECK(world.server(0) == "rising 1/2 DOWN");
    CHECK(world.wanted() == found);
    CHECK(world.pass(0));
    CHECK(world.wanted() == kTwoInKernel);
  }
  SECTION("it fails and leaves") {
    const auto change = world.fail(0);
    REQUIRE(change);
    CHECK(change->server == 0u);
    CHECK(world.wanted() == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  }
  SECTION("it rises and fails and leaves for good") {
    CHECK_FALSE(world.pass(0));
    CHECK(world.fail(0));
    CHECK_FALSE(world.pass(0));
    CHECK(world.wanted() == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  }
  SECTION("it fails and does not come back with weight 0 when its check is changed") {
    world.fail(0);
    set_policy(config, 0, {.rise = 3});
    world.take(config);
    CHECK(world.wanted() == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  }
}

// ---- what is told

TEST_CASE("a server that begins to rise is not told to be down") {
  Config config = config_of(kTwo);
  set_policy(config, 0, {.rise = 2, .alpha = true});
  World world;
  world.take(config);
  CHECK(world.server(0) == "init INIT");
  CHECK_FALSE(world.pass(0));
  CHECK(world.server(0) == "rising 1/2 DOWN");
  const auto change = world.fail(0);
  REQUIRE(change);  // nobody has heard of it before
  CHECK(change->server == 0u);
  CHECK_FALSE(world.fail(0));
  CHECK_FALSE(world.pass(0));
  CHECK_FALSE(world.fail(0));
  CHECK_FALSE(world.pass(0));
  CHECK(world.pass(0));
  CHECK(world.server(0) == "up ACTIVE");
}

TEST_CASE("a result that says nothing of the server changes nothing") {
  World world;
  world.take(config_of(kTwo));
  CHECK_FALSE(world.pools.observe({0, 0, 0}, {.result = CheckResult::socket_error, .text = {}}));
  CHECK(world.server(0) == "up ACTIVE");
  world.fail(0);
  CHECK_FALSE(world.pools.observe({0, 0, 0}, {.result = CheckResult::socket_error, .text = {}}));
  CHECK(world.server(0) == "down DOWN");
}

TEST_CASE("a server that comes to share a check is what that check knows and not what is assumed") {
  World world;
  world.take(config_of(kTwo));
  CheckHealth known = initial(Start::fresh, {}, kStart);
  known = observe(known, {}, fails(kStart + 1s));

  const auto change = world.pools.inform({0, 1, 0}, known);
  REQUIRE(change);
  CHECK(change->server == 1u);
  CHECK(world.server(0) == "up ACTIVE");
  CHECK(world.server(1) == "down DOWN");
  CHECK(world.pools.pool(0).servers[1].since == kStart + 1s);

  // From there on it goes as for all others.
  CHECK(world.pass(1));
  CHECK(world.server(1) == "up ACTIVE");
  CHECK_FALSE(world.fail(1));
  CHECK(world.server(1) == "falling 1/2 ACTIVE");
}

TEST_CASE("a server that comes to share a check that passes changes nothing but what is known") {
  World world;
  world.take(config_of(kTwo));
  const CheckHealth known = observe(initial(Start::fresh, {}, kStart), {}, passes(kStart + 1s));
  CHECK_FALSE(world.pools.inform({0, 0, 0}, known));
  // Its first failure is not the first one of its check.
  CHECK_FALSE(world.fail(0));
  CHECK(world.server(0) == "falling 1/2 ACTIVE");
}

TEST_CASE("quorum is told when it turns and the sorry server follows it") {
  World world;
  world.take(config_of("quorum 2\n" + std::string(kTwo) + "sorry 10.0.0.9:80 NAT weight 1\n"));
  const auto lost = world.fail(0);
  REQUIRE(lost);
  CHECK(lost->server == 0u);
  CHECK(lost->quorum);
  CHECK(world.wanted() == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.9:80 NAT weight 1\n");
  CHECK(world.pools.pool(0).quorum_since == world.now);
  CHECK(Pools::serving(world.pools.pool(0).real_servers) == 0);
  CHECK(Pools::serving(world.pools.pool(0).sorry_servers) == 1);

  const auto gained = world.pass(0);
  REQUIRE(gained);
  CHECK(gained->quorum);
  CHECK(world.wanted() == kTwoInKernel);
}

TEST_CASE("a server with several checks is up when all pass and down when one fails") {
  Config config = config_of(kTwo);
  auto& checks = config.virtual_servers[0].real_servers[0].checks;
  checks.push_back(checks[0]);
  checks[1].target.endpoint.port = 81;
  World world;
  world.take(config);
  CHECK(world.fail(0, 0));
  CHECK_FALSE(world.fail(0, 1));
  CHECK_FALSE(world.pass(0, 0));
  CHECK(world.server(0) == "down DOWN");
  const auto up = world.pass(0, 1);
  REQUIRE(up);
  CHECK(world.server(0) == "up ACTIVE");
}

// ---- reload

TEST_CASE("the same configuration again touches nothing and forgets nothing") {
  World world;
  const Config config = config_of(kTwo);
  world.take(config, kTwoInKernel);
  world.fail(0);
  world.fail(1);
  world.fail(1);
  const std::string before = world.wanted();
  const Time since = world.pools.pool(0).servers[1].since;
  world.now += 1h;
  CHECK(world.take(config).empty());
  CHECK(world.server(0) == "falling 1/2 ACTIVE");
  CHECK(world.server(1) == "down DOWN");
  CHECK(world.wanted() == before);
  CHECK(world.pools.pool(0).servers[1].since == since);
}

TEST_CASE("a server keeps its health when others move before it") {
  World world;
  world.take(config_of(kTwo));
  world.fail(1);
  world.take(
      config_of("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.4:80 NAT weight 1\n"
                "real 10.0.0.3:80 NAT weight 1\n"
                "real 10.0.0.2:80 NAT weight 1\n"));
  CHECK(world.server(0) == "up ACTIVE");  // new, as the file says
  CHECK(world.server(1) == "down DOWN");
  CHECK(world.server(2) == "up ACTIVE");
}

TEST_CASE("virtual servers keep their health when they are written in another order") {
  const auto other =
      "tcp 10.0.0.1:443 wlc\n"
      "real 10.0.0.2:443 NAT weight 1\n";
  World world;
  world.take(config_of(kTwo, other));
  world.fail(1);
  CHECK(world.take(config_of(other, kTwo)).empty());
  CHECK(world.pools.pool(1).servers[1].standing.state == HealthState::down);
}

TEST_CASE("a server with a changed check keeps its standing and proves itself anew") {
  Config config = config_of(kTwo);
  World world;
  world.take(config, kTwoInKernel);
  world.fail(0);
  world.fail(0);
  set_policy(config, 0, {.retry = 5});
  set_policy(config, 1, {.retry = 5});
  world.take(config);
  CHECK(world.server(0) == "init INIT");
  CHECK(world.server(1) == "up ACTIVE");

  SECTION("the one that was up leaves after the evidence its new check asks for") {
    for (int i = 0; i < 5; ++i)
      CHECK_FALSE(world.fail(1));
    CHECK(world.fail(1));
  }
  SECTION("the one that was down is not told to be down again") {
    CHECK_FALSE(world.fail(0));
  }
  SECTION("the one that was down returns when its new check passes") {
    CHECK(world.pass(0));
    CHECK(world.server(0) == "up ACTIVE");
  }
  SECTION("the one that was down stays so when its check is changed once more") {
    set_policy(config, 0, {.retry = 6});
    world.take(config);
    CHECK(world.server(0) == "init INIT");
  }
}

TEST_CASE("a failing check that is deleted revives its server") {
  Config config = config_of(kTwo);
  World world;
  world.take(config);
  world.fail(0);
  config.virtual_servers[0].real_servers[0].checks.clear();
  CHECK(world.take(config).size() == 1);
  CHECK(world.server(0) == "nocheck ACTIVE");
  CHECK(world.wanted() == kTwoInKernel);
  CHECK(world.pools.pool(0).servers[0].since == world.now);
}

TEST_CASE("a server that gets its first check goes on serving until that has failed") {
  Config config = config_of(kTwo);
  const auto checks = config.virtual_servers[0].real_servers[0].checks;
  config.virtual_servers[0].real_servers[0].checks.clear();
  World world;
  world.take(config);
  config.virtual_servers[0].real_servers[0].checks = checks;
  set_policy(config, 0, {.alpha = true});
  world.take(config);
  CHECK(world.server(0) == "up ACTIVE");
  CHECK_FALSE(world.fail(0));
  CHECK(world.fail(0));
}

TEST_CASE("a reload that loses the last server that is up loses quorum in the same step") {
  const std::string sorry = "sorry 10.0.0.9:80 NAT weight 1\n";
  World world;
  world.take(config_of(kTwo + sorry));
  world.fail(0);
  world.take(config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n" + sorry));
  CHECK_FALSE(world.pools.pool(0).quorum);
  CHECK(world.wanted() == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.9:80 NAT weight 1\n");
}

TEST_CASE("a group that is renamed keeps the health of its servers") {
  const auto group = [](const std::string& name) {
    return "group " + name + "\ntcp 10.0.0.1:80 wlc\ntcp 10.0.0.1:443 wlc\n" +
           "real 10.0.0.2:80 NAT weight 1\nreal 10.0.0.3:80 NAT weight 1 alpha\n";
  };
  World world;
  world.take(config_of(group("front")));
  world.fail(0);
  world.pass(1);
  const std::string before = world.wanted();
  world.take(config_of(group("web")));
  CHECK(world.server(0) == "down DOWN");
  CHECK(world.server(1) == "up ACTIVE");
  CHECK(world.wanted() == before);
}

TEST_CASE("a service that leaves its group keeps the health of its servers in both") {
  const std::string members = "real 10.0.0.2:80 NAT weight 1\nreal 10.0.0.3:80 NAT weight 1\n";
  World world;
  world.take(config_of("group web\ntcp 10.0.0.1:80 wlc\ntcp 10.0.0.1:443 wlc\n" + members));
  world.fail(0);
  const auto touched = world.take(
      config_of("group web\ntcp 10.0.0.1:443 wlc\n" + members, "tcp 10.0.0.1:80 wlc\n" + members));
  CHECK(touched.size() == 2);
  for (const std::size_t pool : {0U, 1U})
    CHECK(world.pools.pool(pool).servers[0].standing.state == HealthState::down);
}

TEST_CASE("a service that is new takes on what the kernel has of it") {
  World world;
  world.take(config_of(kTwo));
  const Config next = config_of("tcp 10.0.0.7:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n", kTwo);
  CHECK(world.pools.newcomers(next) == std::set<ServiceKey>{service_key("tcp 10.0.0.7:80")});
  const auto touched = world.take(next, "tcp 10.0.0.7:80 wlc\n");
  CHECK(touched == std::set<ServiceKey>{service_key("tcp 10.0.0.7:80")});
  CHECK(world.server(0) == "init INIT");
}

TEST_CASE("services that leave the file are touched and wanted no more") {
  World world;
  world.take(config_of(kTwo));
  CHECK(world.take(Config{}) == std::set<ServiceKey>{service_key("tcp 10.0.0.1:80")});
  CHECK(world.wanted().empty());
  CHECK(world.pools.services().empty());
}

TEST_CASE("what is wanted of some services is what is wanted of all of them and no more") {
  World world;
  world.take(
      config_of("group web\ntcp 10.0.0.1:80 wlc\ntcp 10.0.0.1:443 wlc\n"
                "real 10.0.0.2:0 NAT weight 1\n",
                "tcp 10.0.0.7:80 wlc\n"));
  const auto some =
      world.pools.wanted({service_key("tcp 10.0.0.1:443"), service_key("udp 10.9.9.9:9")});
  REQUIRE(some.size() == 1);
  CHECK(some.begin()->second == world.pools.wanted().at(service_key("tcp 10.0.0.1:443")));
}

// ---- laws

namespace {

// A few results of random checks; every one that is not told leaves what is wanted as it was.
void observe_some(Pools& pools, Random& random, Time& now) {
  for (std::uint32_t left = random.below(12); left > 0; --left) {
    const auto& virtual_servers = pools.config().virtual_servers;
    if (virtual_servers.empty()) return;
    CheckUser user{.pool = random.below(static_cast<std::uint32_t>(virtual_servers.size()))};
    const auto& servers = virtual_servers[user.pool].real_servers;
    if (servers.empty()) continue;
    user.server = random.below(static_cast<std::uint32_t>(servers.size()));
    const auto& checks = servers[user.server].checks;
    if (checks.empty()) continue;
    user.check = random.below(static_cast<std::uint32_t>(checks.size()));
    const auto result = random.one_of<CheckResult>(
        {CheckResult::l4_ok, CheckResult::l4_refused, CheckResult::socket_error});
    const Table before = pools.wanted();
    const auto change = pools.observe(user, {.result = result, .text = {}, .at = now += 1s});
    if (!change) CHECK(pools.wanted() == before);
  }
}

// A configuration as an editor leaves it: most of it as it was.
Config edited(Config config, Random& random) {
  for (VirtualServer& server : config.virtual_servers) {
    if (random.chance(20)) server.quorum = 1 + random.below(3);
    if (random.chance(20)) server.sorry_servers.clear();
    if (random.chance(20)) std::reverse(server.real_servers.begin(), server.real_servers.end());
    if (random.chance(20) && !server.group.empty()) server.group += "x";
    if (!server.real_servers.empty() && random.chance(20)) server.real_servers.pop_back();
    for (RealServer& real : server.real_servers)
      if (random.chance(20)) {
        CheckPolicy policy;
        policy.retry = random.below(3);
        policy.rise = 1 + random.below(3);
        policy.alpha = random.chance(30);
        real.checks = {{std::make_shared<const CheckSettings>(CheckSettings{{}, policy}),
                        {.endpoint = real.endpoint, .bind_address = {}}}};
      }
  }
  if (!config.virtual_servers.empty() && random.chance(20)) config.virtual_servers.pop_back();
  return config;
}

std::set<ServiceKey> differing(const Table& a, const Table& b) {
  std::set<ServiceKey> keys;
  for (const Table* table : {&a, &b})
    for (const auto& [key, service] : *table)
      if (!a.contains(key) || !b.contains(key) || !(a.at(key) == b.at(key))) keys.insert(key);
  return keys;
}

}  // namespace

TEST_CASE("law: a reload names every service that differs and the same file again names none") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    Pools pools;
    Time now = kStart;
    Config config = random_config(random);
    pools.take(config, random_table(random), now);
    for (int reload = 0; reload < 4; ++reload) {
      observe_some(pools, random, now);
      const Table before = pools.wanted();
      REQUIRE(pools.take(config, {}, now += 1s).empty());
      REQUIRE(pools.wanted() == before);
      config = random.chance(90) ? edited(config, random) : random_config(random);
      const auto touched = pools.take(config, random_table(random), now += 1s);
      for (const ServiceKey& key : differing(before, pools.wanted())) {
        CAPTURE(text(key));
        REQUIRE(touched.contains(key));
      }
    }
  }
}

TEST_CASE("law: a reload neither lets in a server that is down nor throws out one that is up") {
  const auto servers = [](const Pools& pools) {
    std::map<std::pair<ServiceKey, Endpoint>, ServerState> found;
    for (std::size_t i = 0; i < pools.config().virtual_servers.size(); ++i) {
      const VirtualServer& server = pools.config().virtual_servers[i];
      for (std::size_t r = 0; r < server.real_servers.size(); ++r)
        for (const ServiceKey& key : server.services)
          found[{key, server.real_servers[r].endpoint}] = pools.pool(i).servers[r];
    }
    return found;
  };
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    Pools pools;
    Time now = kStart;
    Config config = random_config(random);
    pools.take(config, random_table(random), now);
    for (int reload = 0; reload < 4; ++reload) {
      observe_some(pools, random, now);
      const auto before = servers(pools);
      config = edited(config, random);
      pools.take(config, {}, now += 1s);
      for (const auto& [member, state] : servers(pools)) {
        const auto was = before.find(member);
        if (was == before.end()) continue;
        const bool was_up = is_up(was->second.standing.state);
        CAPTURE(text(member.first), text(member.second));
        // One that has not been checked is as the file says, which may have changed.
        if (was_up || was->second.known) REQUIRE(is_up(state.standing.state) == was_up);
      }
    }
  }
}
