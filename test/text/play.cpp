#include "test/text/play.h"

#include <algorithm>

#include "health/quorum.h"
#include "plan/overrides.h"
#include "plan/panic.h"
#include "test/text/table.h"

namespace lvsd::test {

namespace {

bool is_time(const std::string& word) {
  return word.size() > 1 && word.back() == 's' &&
         std::all_of(word.begin(), word.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

Duration take_time(Words& words) {
  if (!is_time(words.peek())) words.refuse("a time, as 10s");
  return std::chrono::seconds(std::stoul(words.take()));
}

bool yes(Words& words) {
  if (words.take_if("no")) return false;
  words.take_if("yes");
  return true;
}

Endpoint next_endpoint(char network, std::size_t index) {
  return endpoint(std::string("10.0.") + network + "." + std::to_string(index + 1) + ":80");
}

const Author somebody{.user = "alice", .since = {}};

}  // namespace

Play::Play(std::string_view setting) {
  server_.services = {service_key("tcp 10.9.9.9:80")};
  server_.settings.scheduler = "wlc";
  for (const std::string& line : lines(setting)) {
    Words words(line);
    take_setting(words);
    if (!words.empty()) words.refuse("the end of the line");
  }
  apply_wishes();
  for (std::size_t i = 0; i < wishes_.size(); ++i)
    facts_.real_servers[i].seat.out = facts_.real_servers[i].admin != AdminState::enabled;
  facts_.quorum = false;
  settle();
}

void Play::take_setting(Words& words) {
  if (words.take_if("udp")) {
    server_.services = {service_key("udp 10.9.9.9:53")};
  } else if (words.take_if("mh")) {
    server_.settings.scheduler = "mh";
  } else if (words.take_if("mh-fallback")) {
    server_.settings.scheduler = "mh";
    server_.settings.flags.flag_1 = true;
  } else if (words.take_if("group")) {
    server_.group = "web";
    server_.services.push_back(service_key("tcp 10.9.9.8:80"));
  } else if (words.take_if("quorum")) {
    server_.quorum = words.number<std::uint32_t>();
    if (words.take_if("hysteresis")) server_.hysteresis = words.number<std::uint32_t>();
  } else if (words.take_if("panic_percent")) {
    panic_percent_ = words.number<std::uint32_t>();
  } else if (words.take_if("flap_hold")) {
    flap_hold_ = take_time(words);
  } else if (words.take_if("interval")) {
    interval_ = take_time(words);
  } else if (words.take_if("graceful_removal")) {
    server_.graceful_removal = true;
  } else if (words.take_if("real")) {
    add_real(words);
  } else if (words.take_if("sorry")) {
    add_sorry(words);
  } else {
    words.refuse("a setting");
  }
}

RealServer Play::take_real(Words& words, const std::string& name, bool& alpha) {
  RealServer real;
  ServerPolicy policy;
  BackupServer backup;
  real.name = name;
  while (!words.empty()) {
    if (words.take_if("weight")) {
      real.settings.weight = words.number<std::uint32_t>();
    } else if (words.take_if("max")) {
      real.settings.upper_threshold = words.number<std::uint32_t>();
    } else if (words.take_if("resume")) {
      real.settings.lower_threshold = words.number<std::uint32_t>();
    } else if (words.take_if("inhibit")) {
      real.inhibit_on_failure = true;
    } else if (words.take_if("disabled")) {
      real.disabled = true;
    } else if (words.take_if("graceful")) {
      policy.graceful_shutdown = true;
    } else if (words.take_if("alpha")) {
      alpha = true;
    } else if (words.take_if("drain_timeout")) {
      policy.drain_timeout = take_time(words);
    } else if (words.take_if("slow_start")) {
      policy.slow_start = take_time(words);
    } else if (words.take_if("backup")) {
      backup.name = words.take();
    } else if (words.take_if("preempt")) {
      policy.preempt = yes(words);
    } else if (words.take_if("preempt_delay")) {
      policy.preempt_delay = take_time(words);
    } else if (words.take_if("on_return")) {
      policy.on_return = words.take() == "drain" ? OnReturn::drain : OnReturn::cut;
    } else if (words.take_if("backup_at")) {
      policy.backup_at = words.number<std::uint32_t>();
    } else {
      words.refuse("a setting of a real server");
    }
  }
  CheckSettings check;
  check.policy.delay_loop = interval_;
  check.policy.connect_timeout = std::chrono::seconds(1);
  real.checks.push_back({std::make_shared<const CheckSettings>(check), {}, {}});
  real.policy = std::make_shared<const ServerPolicy>(policy);
  if (!backup.name.empty()) real.backup = std::make_shared<const BackupServer>(backup);
  return real;
}

void Play::add_real(Words& words) {
  const std::size_t i = server_.real_servers.size();
  bool alpha = false;
  RealServer real = take_real(words, words.take(), alpha);
  real.endpoint = next_endpoint('0', i);
  if (real.backup) {
    BackupServer backup = *real.backup;
    backup.endpoint = next_endpoint('1', i);
    real.backup = std::make_shared<const BackupServer>(backup);
  }
  server_.real_servers.push_back(std::move(real));
  facts_.real_servers.push_back(
      {.health = alpha ? HealthState::init : HealthState::up, .backup = HealthState::up});
  wishes_.emplace_back();
  own_wishes_.push_back(AdminWish::none);
}

void Play::add_sorry(Words& words) {
  SorryServer sorry;
  sorry.name = words.take();
  sorry.endpoint = next_endpoint('2', server_.sorry_servers.size());
  if (words.take_if("weight")) sorry.settings.weight = words.number<std::uint32_t>();
  sorry.inhibit = words.take_if("inhibit");
  server_.sorry_servers.push_back(std::move(sorry));
  facts_.sorry_servers.push_back(HealthState::up);
}

void Play::events(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    event(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void Play::event(std::string_view text) {
  Words words(text);
  if (is_time(words.peek())) {
    pass(take_time(words));
  } else if (words.take_if("load")) {
    take_load(words);
  } else if (words.take_if("failback")) {
    settle(real_of(words.take()));
  } else if (words.take_if("calm")) {
    facts_ = without_panic(std::move(facts_));
    settle();
  } else if (words.take_if("remove")) {
    remove(words.take());
  } else if (words.take_if("reload")) {
    const std::string name = words.take();
    RealServer& real = server_.real_servers[real_of(name)];
    bool alpha = false;
    RealServer now = take_real(words, name, alpha);
    now.endpoint = real.endpoint;
    if (now.backup && real.backup) {
      BackupServer backup = *now.backup;
      backup.endpoint = real.backup->endpoint;
      now.backup = std::make_shared<const BackupServer>(backup);
    }
    real = now;
    wishes_[real_of(name)] = reloaded(wishes_[real_of(name)], now);
    apply_wishes();
    settle();
  } else if (!take_wish(words)) {
    take_health(words);
  }
  if (!words.empty()) words.refuse("the end of the event");
}

bool Play::take_wish(Words& words) {
  const std::string verb = words.peek();
  const auto is = [&verb](std::string_view word) { return verb == word; };
  if (!is("drain") && !is("undrain") && !is("disable") && !is("enable") && !is("weight") &&
      !is("max"))
    return false;
  words.take();
  const std::string name = words.take();
  const std::size_t i = master_of(name);
  const RealServer& real = server_.real_servers[i];
  Override& wishes = wishes_[i];
  if (is("weight") || is("max")) {
    std::optional<std::uint32_t> value;
    if (!words.take_if("file")) value = words.number<std::uint32_t>();
    wishes = is("weight") ? with_weight(wishes, real, value, somebody, {})
                          : with_max_connections(wishes, real, value, somebody, {});
  } else {
    AdminOverride wish{.state = AdminState::enabled, .by = somebody};
    if (is("drain")) wish.state = AdminState::drain;
    if (is("disable")) wish.state = AdminState::disabled;
    if (is("drain") && words.take_if("until")) wish.until = *parse_emptiness(words.take());
    if (is("drain") && words.take_if("soft")) wish.returning = Returning::soft;
    if (is("drain") && words.take_if("hard")) wish.returning = Returning::hard;
    if (is("drain") && !words.empty()) wish.limit = take_time(words);
    wishes =
        real.name == name ? with_state(wishes, real, wish) : with_backup_state(wishes, real, wish);
  }
  apply_wishes();
  settle();
  return true;
}

void Play::apply_wishes() {
  for (std::size_t i = 0; i < wishes_.size(); ++i) {
    const Administration decree =
        administration(server_.real_servers[i], wishes_[i], own_wishes_[i]);
    ServerFacts& one = facts_.real_servers[i];
    one.admin = decree.state;
    one.drain_limit = decree.limit;
    one.drain_until = decree.until;
    const Administration of_backup = backup_administration(server_.real_servers[i], wishes_[i]);
    one.backup_admin = of_backup.state;
    one.backup_drain_limit = of_backup.limit;
    one.backup_drain_until = of_backup.until;
    one.weight.reset();
    one.max_connections.reset();
    if (wishes_[i].weight) one.weight = wishes_[i].weight->value;
    if (wishes_[i].max_connections) one.max_connections = wishes_[i].max_connections->value;
  }
}

void Play::take_health(Words& words) {
  const std::string name = words.take();
  if (words.take_if("wants")) {
    AdminWish& own = own_wishes_[real_of(name)];
    for (const AdminWish wish : {AdminWish::none, AdminWish::drain, AdminWish::maintenance})
      if (words.take_if(lvsd::text(wish))) own = wish;
    apply_wishes();
    settle();
    return;
  }
  for (const HealthState state : {HealthState::init, HealthState::up, HealthState::falling,
                                  HealthState::down, HealthState::rising, HealthState::no_check})
    if (words.take_if(lvsd::text(state))) {
      health_of(name) = state;
      settle();
      return;
    }
  words.refuse("an event");
}

void Play::take_load(Words& words) {
  Load& load = loads_[words.take()];
  const std::string count = words.take();
  const std::size_t plus = count.find('+');
  load.active = std::stoul(count.substr(0, plus));
  load.inactive = plus == count.npos ? 0 : std::stoul(count.substr(plus + 1));
  load.fullest = load.active + load.inactive;
  if (words.take_if("packets")) load.packets = words.number<std::uint32_t>();
  load.templates = words.take_if("templates") ? words.number<std::uint32_t>() : 0;
  settle();
}

void Play::remove(const std::string& name) {
  const std::size_t i = real_of(name);
  const RealServer gone = server_.real_servers[i];
  const Decision was = decision_of(desired(), name);
  const auto at = static_cast<std::ptrdiff_t>(i);
  server_.real_servers.erase(server_.real_servers.begin() + at);
  facts_.real_servers.erase(facts_.real_servers.begin() + at);
  wishes_.erase(wishes_.begin() + at);
  own_wishes_.erase(own_wishes_.begin() + at);
  if (auto removed = removal(server_, gone, was, now_)) facts_.removed.push_back(*removed);
  settle();
}

PoolSight Play::sight(const std::vector<ServerSight>& servers,
                      const std::vector<std::optional<Load>>& removed) const {
  return {.now = now_,
          .flap_hold = flap_hold_,
          .panic_percent = panic_percent_,
          .servers = servers,
          .removed = removed};
}

void Play::settle(std::optional<std::size_t> failback) {
  const auto load_of = [this](const std::string& name) -> std::optional<Load> {
    const auto found = loads_.find(name);
    return found == loads_.end() ? std::nullopt : std::optional(found->second);
  };
  std::vector<ServerSight> servers;
  for (const RealServer& real : server_.real_servers) {
    servers.push_back({.load = load_of(real.name), .failback = failback == servers.size()});
    if (real.backup) servers.back().backup_load = load_of(real.backup->name);
  }
  std::vector<std::optional<Load>> removed;
  for (const Removed& one : facts_.removed)
    removed.push_back(load_of(one.server.name));
  facts_ = settled(server_, std::move(facts_), sight(servers, removed));
  facts_.quorum = quorum(quorum_limits(server_), serving_weight(server_, facts_),
                         unknown_weight(server_, facts_), facts_.quorum);
}

void Play::pass(Duration duration) {
  const Time end = now_ + duration;
  for (;;) {
    const auto next = next_moment(server_, facts_, sight({}, {}));
    if (!next || *next >= end) break;
    if (*next <= now_) throw std::logic_error("a moment that does not pass");
    now_ = *next;
    settle();
  }
  now_ = end;
  settle();
}

std::size_t Play::real_of(const std::string& name) const {
  for (std::size_t i = 0; i < server_.real_servers.size(); ++i)
    if (server_.real_servers[i].name == name) return i;
  throw std::invalid_argument("no real server is called " + name);
}

std::size_t Play::master_of(const std::string& name) const {
  for (std::size_t i = 0; i < server_.real_servers.size(); ++i) {
    const auto& backup = server_.real_servers[i].backup;
    if (backup && backup->name == name) return i;
  }
  return real_of(name);
}

HealthState& Play::health_of(const std::string& name) {
  for (std::size_t i = 0; i < server_.real_servers.size(); ++i) {
    const RealServer& real = server_.real_servers[i];
    if (real.name == name) return facts_.real_servers[i].health;
    if (real.backup && real.backup->name == name) return facts_.real_servers[i].backup;
  }
  for (std::size_t i = 0; i < server_.sorry_servers.size(); ++i)
    if (server_.sorry_servers[i].name == name) return facts_.sorry_servers[i];
  throw std::invalid_argument("nobody is called " + name);
}

namespace {

std::string text(const std::string& name, const Decision& decision) {
  std::string out = name + " " + state_text(decision);
  if (decision.presence != Presence::absent) out += " " + std::to_string(decision.weight);
  return out;
}

}  // namespace

std::string Play::outcome() const {
  const Desired result = desired();
  std::string out;
  const auto add = [&out](const std::string& line) { out += (out.empty() ? "" : ", ") + line; };
  for (std::size_t i = 0; i < server_.real_servers.size(); ++i) {
    const RealServer& real = server_.real_servers[i];
    add(test::text(real.name, result.real_servers[i]));
    if (real.backup) add(test::text(real.backup->name, result.backups[i]));
  }
  for (std::size_t i = 0; i < server_.sorry_servers.size(); ++i)
    add(test::text(server_.sorry_servers[i].name, result.sorry_servers[i]));
  for (const Removed& one : facts_.removed)
    add(*one.server.name + " REMOVING 0");
  return out;
}

const Decision& Play::decision_of(const Desired& desired, const std::string& name) const {
  for (std::size_t i = 0; i < server_.real_servers.size(); ++i) {
    const RealServer& real = server_.real_servers[i];
    if (real.name == name) return desired.real_servers[i];
    if (real.backup && real.backup->name == name) return desired.backups[i];
  }
  for (std::size_t i = 0; i < server_.sorry_servers.size(); ++i)
    if (server_.sorry_servers[i].name == name) return desired.sorry_servers[i];
  throw std::invalid_argument("nobody is called " + name);
}

std::string Play::why(const std::string& name) const {
  const Desired result = desired();
  return std::string(lvsd::text(decision_of(result, name).reason));
}

}  // namespace lvsd::test
