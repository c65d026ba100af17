#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "plan/overrides.h"
#include "plan/ramp.h"
#include "plan/stages.h"
#include "test/text/play.h"
#include "test/text/random.h"

using namespace lvsd;
using namespace lvsd::test;
using namespace std::chrono_literals;

namespace {

// ---- the table of cases

struct Case {
  std::string section;
  std::string setting;
  std::string name;
  std::string events;
  std::string outcome;
  std::vector<std::pair<std::string, std::string>> reasons;  // of whom, what
};

std::pair<std::string, std::string> split(const std::string& line, const std::string& by) {
  const std::size_t at = line.find(by);
  REQUIRE(at != line.npos);
  return {line.substr(0, at), line.substr(at + by.size())};
}

// "  a down => a DOWN", "  why a => its check failed".
void add_line(Case& one, const std::string& line) {
  const auto [left, right] = split(line, " => ");
  if (left.starts_with("why "))
    one.reasons.emplace_back(left.substr(4), right);
  else
    std::tie(one.events, one.outcome) = std::pair(left, right);
}

std::vector<Case> cases() {
  std::ifstream in(std::filesystem::path(LVSD_SOURCE_DIR) / "test/data/policy/cases.txt");
  std::vector<Case> found;
  std::string section;
  std::string setting;
  bool in_setting = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("==")) {
      section = line.substr(3);
      setting.clear();
      in_setting = true;
    } else if (line.empty()) {
      in_setting = false;
    } else if (in_setting) {
      setting += line + "\n";
    } else if (line.starts_with("  ")) {
      add_line(found.back(), line.substr(2));
    } else {
      found.push_back({section, setting, line, {}, {}, {}});
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each case of the policy comes out as its table says") {
  const std::vector<Case> all = cases();
  CHECK(all.size() >= 200);
  for (const Case& one : all) {
    INFO(one.name << "\n" << one.setting << one.events);
    Play play(one.setting);
    play.events(one.events);
    CHECK(play.outcome() == one.outcome);
    for (const auto& [whose, reason] : one.reasons)
      CHECK(play.why(whose) == reason);
  }
}

TEST_CASE("no two cases of the policy have the same name") {
  std::set<std::string> names;
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    CHECK(names.insert(one.name).second);
  }
}

namespace {

// As docs/failover.md shows them.
std::string documented(const std::vector<Case>& all) {
  std::string out;
  std::string section;
  for (const Case& one : all) {
    if (one.section != section)
      out += (section.empty() ? "### " : "\n### ") + one.section + "\n\n```\n" + one.setting +
             "```\n\n| case | what happens | what everyone does |\n|---|---|---|\n";
    section = one.section;
    out += "| " + one.name + " | `" + one.events + "` | `" + one.outcome + "` |\n";
  }
  return out;
}

}  // namespace

TEST_CASE("the page on failover shows the table of cases as it is tested") {
  std::ifstream in(std::filesystem::path(LVSD_SOURCE_DIR) / "docs/failover.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const std::string marker = "## The cases\n";
  REQUIRE(page.find(marker) != page.npos);
  const std::string cases_part = page.substr(page.find("### ", page.find(marker)));
  CHECK(cases_part == documented(cases()));
}

// ---- laws over random histories

namespace {

struct Theatre {
  std::string setting;
  std::vector<std::string> names;
};

// With a backup server, without, or as it comes.
std::string random_words(Random& random, const std::string& name, std::optional<bool> backup) {
  std::string line = " weight " + std::to_string(random.below(4));
  if (random.chance(30)) line += " max 4";
  if (random.chance(15)) line += " inhibit";
  if (random.chance(10)) line += " disabled";
  if (random.chance(20)) line += " graceful";
  if (random.chance(15)) line += " alpha";
  if (random.chance(25)) line += " drain_timeout 7s";
  if (random.chance(25)) line += " slow_start 9s";
  if (backup.value_or(random.chance(50))) {
    line += " backup " + name + "b";
    if (random.chance(40)) line += " preempt no";
    if (random.chance(30)) line += " preempt_delay 4s";
    if (random.chance(40)) line += " on_return drain";
    if (random.chance(30)) line += " backup_at 50";
  }
  return line;
}

std::string random_real(Random& random, std::size_t i) {
  const std::string name(1, static_cast<char>('a' + i));
  return "real " + name + random_words(random, name, {}) + "\n";
}

Theatre random_theatre(Random& random) {
  Theatre out;
  if (random.chance(15)) out.setting += "udp\n";
  if (random.chance(15)) out.setting += "mh-fallback\n";
  if (random.chance(50))
    out.setting += random.chance(50) ? "quorum 3\n" : "quorum 3 hysteresis 1\n";
  if (random.chance(30)) out.setting += "panic_percent 60\n";
  if (random.chance(30)) out.setting += "flap_hold 3s\n";
  const std::size_t count = 1 + random.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string line = random_real(random, i);
    const std::string name(1, static_cast<char>('a' + i));
    out.names.push_back(name);
    if (line.find("backup ") != line.npos) out.names.push_back(name + "b");
    out.setting += line;
  }
  if (random.chance(40)) {
    out.setting += random.chance(50) ? "sorry s weight 2\n" : "sorry s inhibit\n";
    out.names.push_back("s");
  }
  return out;
}

std::string random_event(Random& random, const Theatre& theatre) {
  const std::string& anyone = random.one_of(theatre.names);
  const std::string master = anyone == "s" ? "a" : anyone.substr(0, 1);
  const std::string real_or_backup = anyone == "s" ? "a" : anyone;
  const auto& names = theatre.names;
  const bool has_backup = std::find(names.begin(), names.end(), master + "b") != names.end();
  switch (random.below(11)) {
    case 0:
      return std::to_string(1 + random.below(12)) + "s";
    case 1:
      return "load " + anyone + " " + std::to_string(random.below(6)) + "+" +
             std::to_string(random.below(2));
    case 2:
      return random.one_of<std::string>({"drain ", "disable ", "undrain ", "enable "}) +
             real_or_backup;
    case 3:
      return "drain " + real_or_backup + " 3s";
    case 4:
      return "weight " + master + " " + random.one_of<std::string>({"0", "5", "file"});
    case 5:
      return random.one_of<std::string>({"failback " + master, "max " + master + " 2", "calm"});
    case 6:
      return "reload " + master + random_words(random, master, has_backup);
    default:
      return anyone +
             random.one_of<std::string>({" up", " up", " down", " falling", " rising", " init"});
  }
}

// Calls `look(play, event)` after each event of many histories.
template <class Look>
void for_each_moment(std::uint64_t seeds, Look look) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Random random(seed);
    const Theatre theatre = random_theatre(random);
    Play play(theatre.setting);
    std::string history = theatre.setting;
    for (int i = 0; i < 30; ++i) {
      const std::string event = random_event(random, theatre);
      history += event + "; ";
      const Play before = play;
      play.event(event);
      INFO("seed " << seed << "\n" << history << "\n" << play.outcome());
      look(before, play, event);
    }
  }
}

bool is_allowed_and_up(const ServerFacts& facts) {
  return facts.admin == AdminState::enabled && is_up(facts.health);
}

// Something that could take connections, seen from outside the state machine.
bool somebody_could_serve(const Play& play) {
  const PoolFacts& facts = play.facts();
  for (std::size_t i = 0; i < facts.real_servers.size(); ++i) {
    const RealServer& real = play.server().real_servers[i];
    const ServerFacts& one = facts.real_servers[i];
    if (weight(real, one) == 0) continue;
    if (is_allowed_and_up(one)) return true;
    if (real.backup && is_up(one.backup) && one.backup_admin == AdminState::enabled) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("law: while something healthy and allowed exists new connections have somewhere to go") {
  for_each_moment(1500, [](const Play&, const Play& play, const std::string&) {
    if (!somebody_could_serve(play)) return;
    for (const auto& [key, service] : play.desired().table)
      REQUIRE(is_usable(service));
  });
}

TEST_CASE("law: a backup serves only while its master does not or needs help") {
  for_each_moment(1000, [](const Play&, const Play& play, const std::string&) {
    const Desired result = play.desired();
    for (std::size_t i = 0; i < result.real_servers.size(); ++i) {
      if (result.backups[i].presence != Presence::serving) continue;
      const bool helps = play.facts().real_servers[i].seat.helped;
      REQUIRE((result.real_servers[i].presence != Presence::serving || helps));
    }
  });
}

namespace {

// Of the diagram of docs/failover.md.
std::string place(const Seat& seat) {
  if (seat.holder == Seat::Holder::backup) return "backup";
  return seat.helped ? "helped" : "master";
}

// "| `master` | `helped` |" of the page.
std::set<std::string> drawn_ways() {
  std::ifstream in(std::filesystem::path(LVSD_SOURCE_DIR) / "docs/failover.md");
  std::set<std::string> ways;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string bar, from, to;
    words >> bar >> from >> bar >> to;
    if (from == "`master`" || from == "`helped`" || from == "`backup`") ways.insert(from + to);
  }
  return ways;
}

}  // namespace

TEST_CASE("the state diagram of the page has the ways that histories take and no other") {
  std::set<std::string> taken;
  for_each_moment(3000, [&](const Play& before, const Play& after, const std::string& event) {
    // Much may happen while time passes, and in a reload.
    if (event.ends_with("s") || event.starts_with("reload")) return;
    for (std::size_t i = 0; i < after.facts().real_servers.size(); ++i) {
      const std::string from = place(before.facts().real_servers[i].seat);
      const std::string to = place(after.facts().real_servers[i].seat);
      if (from != to) taken.insert("`" + from + "``" + to + "`");
    }
  });
  CHECK(taken == drawn_ways());
}

TEST_CASE("law: nobody serves who is taken out and what fails serves only in a panic") {
  for_each_moment(1000, [](const Play&, const Play& play, const std::string&) {
    const Desired result = play.desired();
    for (std::size_t i = 0; i < result.real_servers.size(); ++i) {
      const ServerFacts& one = play.facts().real_servers[i];
      if (result.backups[i].presence == Presence::serving)
        REQUIRE((one.backup_admin == AdminState::enabled && is_up(one.backup)));
      if (result.real_servers[i].presence != Presence::serving) continue;
      REQUIRE(one.admin == AdminState::enabled);
      REQUIRE((is_up(one.health) || play.facts().panic_since));
    }
  });
}

TEST_CASE("law: no wish of an operator is lost by anything but another wish") {
  for_each_moment(1000, [](const Play& before, const Play& after, const std::string& event) {
    const std::string verb = event.substr(0, event.find(' '));
    const std::set<std::string> wishes = {"drain", "undrain", "disable", "enable", "weight", "max"};
    if (wishes.contains(verb)) return;
    for (std::size_t i = 0; i < after.server().real_servers.size(); ++i) {
      // What a reload may take away: what hides a value that is another now, or enables what is
      // enabled anyway.
      const DestinationSettings& file = after.server().real_servers[i].settings;
      Override kept = before.wishes(i);
      if (kept.weight && kept.weight->hides != file.weight) kept.weight.reset();
      if (kept.max_connections && kept.max_connections->hides != file.upper_threshold)
        kept.max_connections.reset();
      if (kept.admin && kept.admin->state == AdminState::enabled &&
          !after.server().real_servers[i].disabled)
        kept.admin.reset();
      REQUIRE(kept == after.wishes(i));
    }
  });
}

TEST_CASE("law: a drain or a disabling never costs quorum while anything else serves") {
  for_each_moment(1500, [](const Play& before, const Play& after, const std::string& event) {
    if (!event.starts_with("drain") && !event.starts_with("disable")) return;
    // What has failed and was only held counts as failed when an operator takes it out.
    if (before.facts().panic_since) return;
    if (!before.facts().quorum || after.facts().quorum) return;
    REQUIRE(serving_weight(after.server(), after.facts()) == 0);
  });
}

TEST_CASE("law: a drained or disabled server is out at most once and stays so") {
  for_each_moment(1000, [](const Play& before, const Play& after, const std::string&) {
    const Desired was = before.desired();
    const Desired is = after.desired();
    for (std::size_t i = 0; i < is.real_servers.size(); ++i) {
      const bool still = before.facts().real_servers[i].admin == AdminState::drain &&
                         after.facts().real_servers[i].admin == AdminState::drain;
      if (still && was.real_servers[i].effective == Effective::drained)
        REQUIRE(is.real_servers[i].effective == Effective::drained);
      const bool backup_still = before.facts().real_servers[i].backup_admin == AdminState::drain &&
                                after.facts().real_servers[i].backup_admin == AdminState::drain;
      if (backup_still && was.backups[i].effective == Effective::drained)
        REQUIRE(is.backups[i].effective == Effective::drained);
    }
  });
}

TEST_CASE("law: settling twice is settling once and not reading counters changes nothing") {
  for_each_moment(1000, [](const Play&, const Play& play, const std::string&) {
    const auto once = play.desired();
    const PoolFacts again = settled(
        play.server(), play.facts(),
        {.now = play.now(), .flap_hold = play.flap_hold(), .panic_percent = play.panic_percent()});
    for (std::size_t i = 0; i < again.real_servers.size(); ++i)
      REQUIRE(again.real_servers[i].seat == play.facts().real_servers[i].seat);
  });
}

TEST_CASE("law: it is the same whether time passes at once or in pieces") {
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    Random random(seed);
    const Theatre theatre = random_theatre(random);
    Play at_once(theatre.setting);
    std::string history = theatre.setting;
    for (int i = 0; i < 12; ++i) {
      const std::string event = random_event(random, theatre);
      // Readings of counters are events: each piece has one.
      if (event.starts_with("load")) continue;
      history += event + "; ";
      at_once.event(event);
    }
    Play in_pieces = at_once;
    at_once.event("9s");
    in_pieces.events("1s;3s;1s;2s;2s");
    INFO("seed " << seed << "\n" << history);
    REQUIRE(at_once.outcome() == in_pieces.outcome());
  }
}

TEST_CASE("law: what happens to two servers at one moment may happen in either order") {
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    Random random(seed);
    std::string setting;
    for (std::size_t i = 0; i < 2; ++i)
      setting += random_real(random, i);
    Play first(setting);
    const Theatre one{setting, {"a"}};
    const Theatre other{setting, {"b"}};
    for (int i = 0; i < 10; ++i)
      first.event(random_event(random, random.chance(50) ? one : other));
    Play second = first;
    const std::string a = "a " + random.one_of<std::string>({"up", "down"});
    const std::string b = random.one_of<std::string>({"drain b", "disable b", "enable b"});
    first.events(a + ";" + b);
    second.events(b + ";" + a);
    INFO("seed " << seed << "\n" << setting << a << "; " << b);
    REQUIRE(first.outcome() == second.outcome());
  }
}

TEST_CASE("a ramp grows from a tenth to all without falling") {
  const Time start{};
  for (const Duration length : {Duration(1s), Duration(10s), Duration(3600s)}) {
    std::uint32_t before = 10;
    CHECK(ramp(start, length, start).percent == 10);
    for (Duration at = 0s; at <= length; at += 100ms) {
      const std::uint32_t now = ramp(start, length, start + at).percent;
      REQUIRE(now >= before);
      before = now;
    }
    CHECK(before == 100);
  }
  CHECK(ramped(0, 10) == 0);
  CHECK(ramped(1, 10) == 1);
  CHECK(ramped(2147483647, 50) == 1073741824);
}

TEST_CASE("a wish for a backup ends with its time and with the backup") {
  RealServer server;
  server.backup = std::make_shared<const BackupServer>(BackupServer{.name = "b"});
  const Author by{.user = "alice", .since = WallTime(0ms), .until = WallTime(60s)};
  const Override wishes = with_backup_state({}, server, {AdminState::drain, 5s, by});
  CHECK(backup_administration(server, wishes) == Administration{AdminState::drain, 5s});
  CHECK(administration(server, wishes).state == AdminState::enabled);
  CHECK(next_end(wishes) == WallTime(60s));
  CHECK(unexpired(wishes, WallTime(59s)) == wishes);
  CHECK(unexpired(wishes, WallTime(60s)).empty());
  CHECK(reloaded(wishes, server) == wishes);
  server.backup = std::make_shared<const BackupServer>(BackupServer{.name = "other"});
  CHECK(reloaded(wishes, server).empty());
  server.backup = nullptr;
  CHECK(reloaded(wishes, server).empty());
}

TEST_CASE("a wish ends when its time is over") {
  Override wishes;
  RealServer server;
  const Author by{.user = "alice", .since = WallTime(0ms), .until = WallTime(60s)};
  wishes = with_state(wishes, server, {.state = AdminState::drain, .by = by});
  wishes = with_weight(wishes, server, 7, {.user = "bob", .since = WallTime(0ms)}, {});
  CHECK(next_end(wishes) == WallTime(60s));
  CHECK(unexpired(wishes, WallTime(59s)) == wishes);
  const Override left = unexpired(wishes, WallTime(60s));
  CHECK_FALSE(left.admin);
  CHECK(left.weight);
  CHECK_FALSE(next_end(left));
}
