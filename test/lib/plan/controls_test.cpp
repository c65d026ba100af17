#include "plan/controls.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;
using lvsd::test::Random;

namespace {

const std::set<SyncRole> kBoth{SyncRole::master, SyncRole::backup};

std::string spelled(const ControlPlan& plan) {
  std::string out;
  for (const ControlOp& op : plan)
    out += text(op) + "\n";
  return out;
}

// What the kernel makes of a plan; the length it chooses is what 1500 bytes leave.
void obey(Controls& controls, const ControlPlan& plan) {
  for (const ControlOp& op : plan) {
    if (const auto* set = std::get_if<SetTimeouts>(&op)) {
      if (set->timeouts.tcp != 0) controls.timeouts.tcp = set->timeouts.tcp;
      if (set->timeouts.tcp_fin != 0) controls.timeouts.tcp_fin = set->timeouts.tcp_fin;
      if (set->timeouts.udp != 0) controls.timeouts.udp = set->timeouts.udp;
    } else if (const auto* start = std::get_if<StartSync>(&op)) {
      SyncSettings settings = start->daemon;
      if (settings.max_length == 0) settings.max_length = 1472;
      REQUIRE(controls.sync.emplace(start->role, settings).second);
    } else if (const auto* stop = std::get_if<StopSync>(&op)) {
      REQUIRE(controls.sync.erase(stop->role) == 1);
    }
  }
}

SyncSettings random_sync(Random& random) {
  return {.interface = random.one_of<std::string>({"eth0", "eth1"}),
          .id = static_cast<std::uint8_t>(random.below(3)),
          .max_length = random.one_of<std::uint16_t>({0, 1400})};
}

std::map<SyncRole, SyncSettings> random_daemons(Random& random) {
  std::map<SyncRole, SyncSettings> daemons;
  for (const SyncRole role : kBoth)
    if (random.chance(60)) daemons.emplace(role, random_sync(random));
  return daemons;
}

std::optional<std::uint32_t> random_timeout(Random& random) {
  if (random.chance(40)) return std::nullopt;
  return 1 + random.below(3);
}

}  // namespace

TEST_CASE("timeouts that the file does not name are left alone") {
  const Controls actual{{900, 120, 300}, {}};
  CHECK(spelled(diff(actual, {})).empty());
  CHECK(spelled(diff(actual, {.timeouts = {.tcp = 900}})).empty());
  CHECK(spelled(diff(actual, {.timeouts = {.tcp = 1000, .udp = 300}})) ==
        "set timeouts tcp 1000\n");
}

TEST_CASE("a sync daemon with other settings is stopped before it is started") {
  const Controls actual{{}, {{SyncRole::master, {.interface = "eth0", .max_length = 1472}}}};
  const SyncSettings wanted{.interface = "eth0", .id = 3};
  CHECK(spelled(diff(actual, {.sync = {{SyncRole::master, wanted}}})) ==
        "stop sync master\nstart sync master on eth0 id 3\n");
}

TEST_CASE("a sync daemon nobody asked for is stopped only when it is ours") {
  const Controls actual{{}, {{SyncRole::backup, {.interface = "eth0"}}}};
  CHECK(spelled(diff(actual, {})).empty());
  CHECK(spelled(diff(actual, {.owned = {SyncRole::backup}})) == "stop sync backup\n");
}

TEST_CASE(
    "the file's sync daemon runs in every role with the kernel's defaults for what is absent") {
  GlobalSettings settings;
  settings.sync_daemon = SyncDaemon{.interface = "eth0", .id = 7, .ttl = 2};
  CHECK(spelled(diff({}, wanted_controls(settings, {}))) ==
        "start sync master on eth0 id 7 ttl 2\nstart sync backup on eth0 id 7 ttl 2\n");
  settings.sync_daemon.reset();
  CHECK(wanted_controls(settings, {}).sync.empty());
}

TEST_CASE("a sync daemon that follows a VRRP instance is left to the VRRP process") {
  GlobalSettings settings;
  settings.sync_daemon = SyncDaemon{.interface = "eth0", .vrrp_instance = "VI_1"};
  CHECK(is_empty(wanted_controls(settings, {})));
  const Controls actual{{}, {{SyncRole::master, {.interface = "eth0"}}}};
  CHECK(spelled(diff(actual, wanted_controls(settings, {}))).empty());
}

TEST_CASE("what differs beside the table is said in words") {
  const auto words = [](const Controls& actual, const WantedControls& wanted) {
    std::string out;
    for (const std::string& phrase : control_drift(actual, wanted))
      out += phrase + "\n";
    return out;
  };
  const Controls actual{{}, {{SyncRole::backup, {.interface = "eth0", .id = 1}}}};
  CHECK(words(actual, {.timeouts = {.tcp = 1000}, .owned = {SyncRole::backup}}) ==
        "timeouts are tcp 900 tcpfin 120 udp 300, wanted tcp 1000\n"
        "sync backup runs on eth0 id 1, wanted no more\n");
  const SyncSettings second{.interface = "eth0", .id = 2};
  CHECK(words(actual, {.sync = {{SyncRole::master, second}, {SyncRole::backup, second}}}) ==
        "sync backup runs on eth0 id 1, wanted on eth0 id 2\n"
        "sync master is missing\n");
}

TEST_CASE("law: controls are as wanted after the plan and a second one is empty") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    Controls controls;
    controls.sync = random_daemons(random);
    const WantedControls wanted{
        {random_timeout(random), random_timeout(random), random_timeout(random)},
        random_daemons(random),
        random.chance(50) ? kBoth : std::set<SyncRole>{}};
    const Controls before = controls;
    REQUIRE(control_drift(before, wanted).empty() == diff(before, wanted).empty());
    obey(controls, diff(before, wanted));
    REQUIRE(spelled(diff(controls, wanted)).empty());
    REQUIRE(controls.timeouts.tcp == wanted.timeouts.tcp.value_or(before.timeouts.tcp));
    for (const auto& [role, running] : before.sync)
      if (!wanted.sync.contains(role))
        REQUIRE(controls.sync.contains(role) == wanted.owned.empty());
  }
}
