#include <catch2/catch.hpp>
#include <chrono>
#include <memory>

#include "daemon/event_text.h"
#include "daemon/pools.h"
#include "daemon/state.h"
#include "plan/overrides.h"
#include "test/text/situation.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::endpoint;
using lvsd::test::service_key;
using lvsd::test::situation;
using lvsd::test::table;

// Wishes, backups, timers and counters as the daemon keeps them; what follows from them is tested
// in test/lib/plan/policy_test.cpp.

namespace {

const Time kStart{1000s};
const Author kAlice{.user = "alice", .uid = 1000, .reason = "kernel patch", .since = WallTime(0s)};

// 10.0.0.2 with a backup, 10.0.0.8, and 10.0.0.3 without.
Config site(const ServerPolicy& policy = {}) {
  Config config;
  config.virtual_servers.push_back(situation("tcp 10.0.0.1:80 wlc\n"
                                             "real 10.0.0.2:80 NAT weight 4 upper 8\n"
                                             "real 10.0.0.3:80 NAT weight 1\n")
                                       .server);
  RealServer& master = config.virtual_servers[0].real_servers[0];
  BackupServer backup;
  backup.endpoint = endpoint("10.0.0.8:80");
  backup.checks = config.virtual_servers[0].real_servers[1].checks;
  backup.checks[0].target.endpoint = backup.endpoint;
  master.backup = std::make_shared<const BackupServer>(backup);
  master.policy = std::make_shared<const ServerPolicy>(policy);
  return config;
}

struct World {
  Pools pools;
  Time now = kStart;

  void take(const Config& config, std::string_view actual = "") {
    pools.take(config, table(actual), now);
  }
  std::optional<PoolChange> check(std::uint32_t server, CheckResult result,
                                  Member member = Member::real) {
    return pools.observe({0, server, 0, member}, {.result = result, .text = {}, .at = now += 1s});
  }
  std::string wanted() const { return text(pools.wanted()); }
  std::string log(const std::optional<PoolChange>& change) const {
    std::string out;
    if (change)
      for (const LogLine& line : event_lines(pools, *change))
        out += line.text + "\n";
    return out;
  }
  // What the kernel counts of a server.
  std::optional<PoolChange> see(std::string_view server, std::uint32_t active) {
    Snapshot counters;
    DestinationSnapshot& one =
        counters[service_key("tcp 10.0.0.1:80")].destinations[endpoint(server)];
    one.counters.active_connections = active;
    return pools.see(0, counters, now += 1s);
  }
  // What the next daemon reads in the file that this one wrote.
  State kept() const {
    State written{.boot_id = "b", .network_namespace = 1, .owned = {}};
    written.wishes = pools.kept_wishes();
    written.seats = pools.kept_seats();
    written.removals = pools.kept_removals();
    written.schedulers = pools.kept_schedulers();
    auto read = parse_state(text(written));
    REQUIRE(read.has_value());
    CHECK(*read == written);
    return *std::move(read);
  }
};

std::string service(std::string_view destinations) {
  return "tcp 10.0.0.1:80 wlc\n" + std::string(destinations);
}

}  // namespace

TEST_CASE("a failed master is replaced in the table and in the log") {
  World world;
  world.take(site());
  const auto change = world.check(0, CheckResult::l4_refused);
  REQUIRE(change);
  CHECK(world.wanted() ==
        service("  -> 10.0.0.3:80 NAT weight 1\n  -> 10.0.0.8:80 NAT weight 4\n"));
  CHECK(world.log(change) ==
        "Backup server tcp:10.0.0.1:80/10.0.0.8:80 (10.0.0.8:80) enters for "
        "tcp:10.0.0.1:80/10.0.0.2:80: its master does not serve.\n");
  CHECK(world.check(0, CheckResult::l4_ok));
  CHECK(world.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("plain health is nothing to keep for the next daemon and wishes and seats are") {
  World world;
  world.take(site());
  auto memory = world.pools.memory();
  const auto is_kept = [&] {
    const auto before = std::exchange(memory, world.pools.memory());
    return before != memory;
  };
  // 10.0.0.3 has no backup and no slow start: whoever comes next learns of it from its check.
  world.check(1, CheckResult::l4_refused);
  CHECK_FALSE(is_kept());
  world.check(1, CheckResult::l4_ok);
  CHECK_FALSE(is_kept());
  world.check(0, CheckResult::l4_refused);  // its backup serves
  CHECK(is_kept());
  world.pools.wish(0, 1, {.weight = NumberOverride{7, 1, kAlice}}, world.now);
  CHECK(is_kept());
  world.pools.wish(0, 1, {}, world.now);
  CHECK(is_kept());
  Author soon = kAlice;
  soon.until = WallTime(60s);
  world.pools.wish(0, 1, {.weight = NumberOverride{7, 1, soon}}, world.now);
  CHECK(is_kept());
  world.pools.expire(WallTime(59s), world.now);
  CHECK_FALSE(is_kept());
  world.pools.expire(WallTime(60s), world.now);
  CHECK(is_kept());
  world.take(site());
  CHECK(is_kept());
}

TEST_CASE("a backup has checks of its own and is not used when they fail") {
  World world;
  world.take(site());
  const auto change = world.check(0, CheckResult::l4_refused, Member::backup);
  REQUIRE(change);
  CHECK(change->server == 0U);
  CHECK(change->member == Member::backup);
  world.check(0, CheckResult::l4_refused);
  CHECK(world.wanted() == service("  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("counters are asked for only while they decide something") {
  World world;
  world.take(site());
  CHECK(world.pools.watched() == std::set<std::uint32_t>{0});  // a limit with a backup
  world.check(0, CheckResult::l4_refused);
  CHECK(world.pools.watched().empty());
}

TEST_CASE("a full master is helped by its backup") {
  World world;
  world.take(site());
  CHECK_FALSE(world.see("10.0.0.2:80", 7));
  const auto change = world.see("10.0.0.2:80", 8);
  CHECK(world.log(change) ==
        "Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is FULL: at max_connections, its "
        "backup takes the new ones.\n"
        "Backup server tcp:10.0.0.1:80/10.0.0.8:80 (10.0.0.8:80) enters for "
        "tcp:10.0.0.1:80/10.0.0.2:80: its master has many connections.\n");
  CHECK(world.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"
                "  -> 10.0.0.8:80 NAT weight 4\n"));
}

TEST_CASE("a full master whose backup cannot help is told to be alone") {
  constexpr std::string_view alone =
      "Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is FULL: at max_connections, and its "
      "backup cannot take the new ones.\n";
  World world;
  world.take(site());

  SECTION("when it becomes full") {
    world.check(0, CheckResult::l4_refused, Member::backup);
    CHECK(world.log(world.see("10.0.0.2:80", 8)) == alone);
  }
  SECTION("when its backup fails later") {
    world.check(0, CheckResult::l4_ok, Member::backup);
    world.see("10.0.0.2:80", 8);
    world.check(0, CheckResult::l4_refused, Member::backup);
    CHECK_THAT(world.log(world.check(0, CheckResult::l4_refused, Member::backup)),
               Catch::Contains(std::string(alone)));
  }
}

TEST_CASE("a drain is logged with its author and is over when the counters say so") {
  World world;
  world.take(site());
  const RealServer& server = world.pools.config().virtual_servers[0].real_servers[1];
  const Override wishes = with_state({}, server, {AdminState::drain, {}, kAlice});
  CHECK(world.pools.would_serve(0, 1, wishes, world.now));
  CHECK(world.log(world.pools.wish(0, 1, wishes, world.now)) ==
        "Server tcp:10.0.0.1:80/10.0.0.3:80 (10.0.0.3:80) enters drain state (alice: kernel "
        "patch).\n");
  CHECK(world.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 0\n"));
  CHECK_FALSE(world.see("10.0.0.3:80", 3));
  CHECK(world.log(world.see("10.0.0.3:80", 0)) ==
        "Server tcp:10.0.0.1:80/10.0.0.3:80 (10.0.0.3:80) is DRAINED (alice: kernel patch).\n");
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"));
}

TEST_CASE("the weight that a check wishes for reaches the table and goes with the wish") {
  World world;
  world.take(site());
  const auto says = [&](WeightWish wish) {
    Observation seen{.result = CheckResult::process_ok, .text = {}, .at = world.now += 1s};
    seen.weight = wish;
    return world.pools.observe({0, 1, 0}, seen);
  };
  const auto change = says({WeightWish::Kind::set, 7});
  CHECK(world.log(change) ==
        "Server tcp:10.0.0.1:80/10.0.0.3:80 (10.0.0.3:80) has weight 7 now.\n");
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 7\n"));
  CHECK_FALSE(says({WeightWish::Kind::set, 7}));
  CHECK(says({WeightWish::Kind::percent, 0}));
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 0\n"));
  CHECK(says({}));
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("a server that asks for its drain by status 404 drains until it takes that back") {
  World world;
  world.take(site());
  const auto answers = [&](CheckResult result, AdminWish wish) {
    Observation seen{.result = result, .text = {}, .at = world.now += 1s};
    seen.admin = wish;
    return world.pools.observe({0, 1, 0}, seen);
  };
  const auto change = answers(CheckResult::l7_conditional, AdminWish::drain);
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 0\n"));
  CHECK(world.log(change) ==
        "Server tcp:10.0.0.1:80/10.0.0.3:80 (10.0.0.3:80) enters drain state.\n");
  CHECK(answers(CheckResult::l7_ok, AdminWish::none));
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("taking out the last server is seen before it is done") {
  World world;
  Config config = site();
  config.virtual_servers[0].real_servers.pop_back();
  world.take(config);
  const RealServer& server = world.pools.config().virtual_servers[0].real_servers[0];
  const Override wishes = with_state({}, server, {AdminState::disabled, {}, kAlice});
  CHECK(world.pools.would_serve(0, 0, wishes, world.now));  // the backup does
  world.check(0, CheckResult::l4_refused, Member::backup);
  CHECK_FALSE(world.pools.would_serve(0, 0, wishes, world.now));
}

TEST_CASE("a slow start moves with the clock and tells when next") {
  World world;
  Config config = site({.slow_start = 10s});
  world.take(config);
  CHECK_FALSE(world.pools.next_moment());
  world.check(0, CheckResult::l4_refused);
  world.check(0, CheckResult::l4_ok);
  REQUIRE(world.pools.next_moment() == world.now + 1s);
  CHECK(world.pools.pass(world.now + 500ms).empty());
  CHECK(world.pools.pass(world.now + 5s).size() == 1);
  CHECK(world.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 3 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"));
  CHECK(world.pools.pass(world.now + 10s).size() == 1);
  CHECK_FALSE(world.pools.next_moment());
}

TEST_CASE("the next daemon goes on where the last one ended") {
  World last;
  ServerPolicy policy;
  policy.preempt = false;
  last.take(site(policy));
  last.check(0, CheckResult::l4_refused);
  last.check(0, CheckResult::l4_ok);
  const RealServer& other = last.pools.config().virtual_servers[0].real_servers[1];
  last.pools.wish(0, 1, with_state({}, other, {AdminState::drain, 60s, kAlice}), last.now);
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.3:80 NAT weight 0\n  -> 10.0.0.8:80 NAT weight 4\n"));

  const State kept = last.kept();

  World next;
  next.now = last.now + 5s;
  next.take(site(policy), table_then);
  next.pools.recall(kept.wishes, kept.seats, next.now);
  CHECK(next.wanted() == table_then);
  CHECK(next.pools.kept_wishes() == kept.wishes);
  CHECK(next.pools.next_moment() == last.now + 60s);  // the limit of the drain
  next.check(0, CheckResult::l4_ok);
  CHECK(next.wanted() == table_then);
  next.pools.fail_back(0, 0, next.now);
  // The backup was not checked yet, but the master passes.
  CHECK(next.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 0\n"));
}

TEST_CASE("a preempt_delay goes on in the next daemon with the time that was left") {
  World last;
  ServerPolicy policy;
  policy.preempt_delay = 60s;
  last.take(site(policy));
  last.check(0, CheckResult::l4_refused);
  last.check(0, CheckResult::l4_ok);
  const Time back = last.now;
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.3:80 NAT weight 1\n  -> 10.0.0.8:80 NAT weight 4\n"));
  const State kept = last.kept();

  const auto next_daemon = [&] {
    World next;
    next.now = back + 30s;
    next.take(site(policy), table_then);
    next.pools.recall(kept.wishes, kept.seats, next.now);
    CHECK(next.wanted() == table_then);
    return next;
  };
  World next = next_daemon();
  next.check(0, CheckResult::l4_ok);
  next.check(0, CheckResult::l4_ok, Member::backup);
  CHECK(next.wanted() == table_then);
  CHECK(next.pools.pass(back + 59s).empty());
  CHECK(next.pools.pass(back + 60s).size() == 1);
  CHECK(next.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"));

  // One that failed meanwhile has to wait for all of it again.
  World other = next_daemon();
  other.check(0, CheckResult::l4_refused);
  other.check(0, CheckResult::l4_ok);
  other.check(0, CheckResult::l4_ok, Member::backup);
  CHECK(other.pools.pass(back + 89s).empty());
  CHECK(other.pools.pass(back + 92s).size() == 1);
}

TEST_CASE("a server that flaps is held back by the next daemon for the time that was left") {
  const auto flapping = [] {
    Config config = site();
    config.global.flap_hold = 10s;
    return config;
  };
  World last;
  last.take(flapping());
  last.check(1, CheckResult::l4_refused);
  CHECK(last.kept().seats.empty());  // a first failure is forgotten
  last.check(1, CheckResult::l4_ok);
  for (int i = 0; i < 8; ++i)  // not the first result, so some in a row are needed
    last.check(1, CheckResult::l4_refused);
  last.check(1, CheckResult::l4_ok);
  const Time held = last.now;
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"));
  const State kept = last.kept();

  World next;
  next.now = held + 4s;
  next.take(flapping(), table_then);
  next.pools.recall(kept.wishes, kept.seats, next.now);
  next.check(1, CheckResult::l4_ok);
  CHECK(next.wanted() == table_then);
  CHECK(next.pools.pass(held + 9s).empty());
  CHECK(next.pools.pass(held + 10s).size() == 1);
  CHECK(next.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("a backup that is drained goes on draining in the next daemon and is logged") {
  World last;
  last.take(site());
  last.check(0, CheckResult::l4_refused);
  const RealServer& master = last.pools.config().virtual_servers[0].real_servers[0];
  const Override wishes = with_backup_state({}, master, {AdminState::drain, 60s, kAlice});
  CHECK(last.pools.would_serve(0, 0, wishes, last.now));  // the other real server does
  CHECK(last.log(last.pools.wish(0, 0, wishes, last.now)) ==
        "Backup server tcp:10.0.0.1:80/10.0.0.8:80 (10.0.0.8:80) enters drain state (alice: kernel "
        "patch).\n");
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.3:80 NAT weight 1\n  -> 10.0.0.8:80 NAT weight 0\n"));

  const State kept = last.kept();

  World next;
  next.now = last.now + 5s;
  next.take(site(), table_then);
  next.pools.recall(kept.wishes, kept.seats, next.now);
  CHECK(next.wanted() == table_then);
  CHECK(next.pools.kept_wishes() == kept.wishes);
  CHECK_FALSE(next.see("10.0.0.8:80", 1));
  CHECK(next.log(next.see("10.0.0.8:80", 0)) ==
        "Backup server tcp:10.0.0.1:80/10.0.0.8:80 (10.0.0.8:80) is DRAINED (alice: kernel "
        "patch).\n");
  CHECK(next.wanted() == service("  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("a backup that leaves by draining is not cut by a restart") {
  World last;
  ServerPolicy policy;
  policy.on_return = OnReturn::drain;
  last.take(site(policy));
  last.check(0, CheckResult::l4_refused);
  last.check(0, CheckResult::l4_ok);
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                              "  -> 10.0.0.3:80 NAT weight 1\n  -> 10.0.0.8:80 NAT weight 0\n"));
  World next;
  next.take(site(policy), table_then);
  next.pools.recall(last.pools.kept_wishes(), last.pools.kept_seats(), next.now);
  CHECK(next.wanted() == table_then);
  next.check(0, CheckResult::l4_refused, Member::backup);
  CHECK(next.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 1\n"));
}

TEST_CASE("a reload keeps wishes and who serves") {
  World world;
  ServerPolicy policy;
  policy.preempt = false;
  world.take(site(policy));
  world.check(0, CheckResult::l4_refused);
  world.check(0, CheckResult::l4_ok);
  const RealServer& other = world.pools.config().virtual_servers[0].real_servers[1];
  world.pools.wish(0, 1, with_weight({}, other, 9, kAlice, {}), world.now);
  const std::string before = world.wanted();
  Config again = site(policy);
  again.virtual_servers[0].name = "web";
  world.take(again);
  CHECK(world.wanted() == before);
  again.virtual_servers[0].real_servers[1].settings.weight = 2;
  world.take(again);
  CHECK(world.wanted() ==
        service("  -> 10.0.0.3:80 NAT weight 2\n  -> 10.0.0.8:80 NAT weight 4\n"));
}

TEST_CASE("a wish ends with its time") {
  World world;
  world.take(site());
  const RealServer& other = world.pools.config().virtual_servers[0].real_servers[1];
  Author by = kAlice;
  by.until = WallTime(60s);
  world.pools.wish(0, 1, with_state({}, other, {AdminState::disabled, {}, by}), world.now);
  CHECK(world.pools.next_expiry() == WallTime(60s));
  CHECK(world.pools.expire(WallTime(59s), world.now).empty());
  CHECK(world.pools.expire(WallTime(60s), world.now).size() == 1);
  CHECK(world.pools.kept_wishes().empty());
}

TEST_CASE("a limit whose time is over is told to the kernel though no server turns") {
  World world;
  world.take(site());
  const RealServer& master = world.pools.config().virtual_servers[0].real_servers[0];
  Author by = kAlice;
  by.until = WallTime(60s);
  world.pools.wish(0, 0, with_max_connections({}, master, 9, by, {}), world.now);
  const std::uint64_t memory = world.pools.memory();
  const auto ended = world.pools.expire(WallTime(60s), world.now);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].pool == 0);
  CHECK(world.pools.memory() != memory);
  CHECK(world.log(ended[0]).empty());
  CHECK_THAT(world.wanted(), Catch::Contains("10.0.0.2:80 NAT weight 4 upper 8"));
}

TEST_CASE("a scheduler that is wished for is wanted until its time is over") {
  World world;
  world.take(site());
  const std::string file = world.wanted();
  SchedulerOverride wish{.value = "mh", .hides = "wlc", .by = kAlice};
  wish.by.until = WallTime(60s);
  CHECK_FALSE(world.pools.wish(0, wish, world.now));  // no server turns
  CHECK(world.wanted().find("tcp 10.0.0.1:80 mh\n") == 0);
  CHECK(text(world.pools.wanted({service_key("tcp 10.0.0.1:80")})) == world.wanted());
  CHECK(world.pools.settings(0).scheduler == "mh");
  CHECK(world.pools.next_expiry() == WallTime(60s));

  CHECK(world.pools.expire(WallTime(59s), world.now).empty());
  const auto ended = world.pools.expire(WallTime(60s), world.now);
  REQUIRE(ended.size() == 1);
  CHECK(world.log(ended[0]) ==
        "Service tcp:10.0.0.1:80 is served by wlc again, as the file says: the time of mh is over "
        "(alice: kernel patch).\n");
  CHECK(world.wanted() == file);
  CHECK(world.pools.kept_schedulers().empty());
}

TEST_CASE("the next daemon and a reload keep a scheduler unless the file has another") {
  World last;
  last.take(site());
  last.pools.wish(0, SchedulerOverride{.value = "mh", .hides = "wlc", .by = kAlice}, last.now);
  const State kept = last.kept();

  World next;
  next.take(site(), last.wanted());
  next.pools.recall(kept.schedulers, next.now);
  CHECK(next.wanted() == last.wanted());
  Config again = site();
  again.virtual_servers[0].name = "web";
  again.virtual_servers[0].settings.persistence_timeout = 300;
  next.take(again);
  CHECK(next.wanted().find("tcp 10.0.0.1:80 mh persistent 300\n") == 0);
  CHECK(next.pools.kept_schedulers().contains("web"));
  again.virtual_servers[0].settings.scheduler = "sh";
  next.take(again);
  CHECK(next.wanted().find("tcp 10.0.0.1:80 sh persistent 300\n") == 0);
  CHECK(next.pools.kept_schedulers().empty());

  World other;
  other.take(again);
  other.pools.recall(kept.schedulers, other.now);
  CHECK(other.pools.scheduler_wish(0) == nullptr);
}

TEST_CASE("a server deleted from the file drains with graceful_removal and is gone when empty") {
  World world;
  Config config = site();
  config.virtual_servers[0].graceful_removal = true;
  world.take(config);
  config.virtual_servers[0].real_servers.pop_back();
  world.take(config);
  CHECK(world.wanted() ==
        service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n  -> 10.0.0.3:80 NAT weight 0\n"));
  CHECK_FALSE(world.see("10.0.0.3:80", 1));
  CHECK(world.see("10.0.0.3:80", 0));
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"));
}

TEST_CASE("a server that was deleted and had connections left drains on in the next daemon") {
  const std::string in_kernel = service(
      "  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
      "  -> 10.0.0.3:80 NAT weight 1\n"
      "  -> 10.0.0.7:80 NAT weight 0\n"
      "  -> 10.0.0.9:80 NAT weight 5\n");
  World world;
  Config config = site();
  config.virtual_servers[0].graceful_removal = true;
  world.take(config, in_kernel);
  // One with weight was never ours to drain.
  const std::string without_the_stranger = service(
      "  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
      "  -> 10.0.0.3:80 NAT weight 1\n"
      "  -> 10.0.0.7:80 NAT weight 0\n");
  CHECK(world.wanted() == without_the_stranger);
  world.see("10.0.0.7:80", 3);
  CHECK(world.wanted() == without_the_stranger);
  CHECK(world.see("10.0.0.7:80", 0));
  CHECK(world.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                                  "  -> 10.0.0.3:80 NAT weight 1\n"));

  World plain;
  plain.take(site(), in_kernel);
  CHECK(plain.wanted() == world.wanted());
}

TEST_CASE("a server deleted with graceful_shutdown keeps the time it had left over a restart") {
  ServerPolicy policy;
  policy.graceful_shutdown = true;
  policy.drain_timeout = 60s;
  Config before = site();
  before.virtual_servers[0].real_servers[1].policy = std::make_shared<const ServerPolicy>(policy);
  Config after = before;
  after.virtual_servers[0].real_servers.pop_back();
  World last;
  last.take(before);
  last.take(after);
  const std::string table_then = last.wanted();
  CHECK(table_then == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"
                              "  -> 10.0.0.3:80 NAT weight 0\n"));
  const State kept = last.kept();

  World next;
  next.now = last.now + 50s;
  next.take(after, table_then);
  next.pools.resume_removals(kept.removals, table(table_then), next.now);
  CHECK(next.wanted() == table_then);
  CHECK(next.pools.kept_removals() == kept.removals);
  CHECK(next.pools.next_moment() == last.now + 60s);
  CHECK(next.pools.pass(last.now + 59s).empty());
  CHECK(next.pools.pass(last.now + 60s).size() == 1);
  CHECK(next.wanted() == service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n"));

  // One that is in the file again, or that others took out of the kernel, is no removal.
  World again;
  again.take(before, table_then);
  again.pools.resume_removals(kept.removals, table(table_then), again.now);
  CHECK(again.pools.kept_removals().empty());
  World taken_out;
  const std::string without = service("  -> 10.0.0.2:80 NAT weight 4 upper 8\n");
  taken_out.take(after, without);
  taken_out.pools.resume_removals(kept.removals, table(without), taken_out.now);
  CHECK(taken_out.wanted() == without);
}
