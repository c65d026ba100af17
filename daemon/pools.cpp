#include "daemon/pools.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "health/observe.h"
#include "health/quorum.h"
#include "health/weight.h"
#include "plan/overrides.h"

namespace lvsd {

namespace {

const Override no_wishes;

// What the checks of a server make of its weight; nothing where they do not ask for another.
std::optional<std::uint32_t> wished_weight(const RealServer& server, const ServerState& state) {
  std::vector<WeightWish> wishes;
  for (const CheckHealth& check : state.checks)
    if (check.weight.kind != WeightWish::Kind::none) wishes.push_back(check.weight);
  if (wishes.empty()) return std::nullopt;
  return effective_weight(server.settings.weight, wishes);
}

AdminWish own_wish(const ServerState& state) {
  std::vector<AdminWish> wishes;
  for (const CheckHealth& check : state.checks)
    wishes.push_back(check.admin);
  return effective_wish(wishes);
}

bool is_checking(Effective effective) {
  return effective == Effective::init || effective == Effective::down;
}

// Whether people or the kernel have to hear of it.
bool is_turn(const Decision& before, const Decision& after) {
  if (before.presence != after.presence || before.weight != after.weight) return true;
  if (after.effective == Effective::full && before.reason != after.reason) return true;
  return before.effective != after.effective &&
         !(is_checking(before.effective) && is_checking(after.effective));
}

void add_turns(Member member, const std::vector<Decision>& before,
               const std::vector<Decision>& after, std::vector<Turn>& turns) {
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
    if (is_turn(before[i], after[i]))
      turns.push_back({member, static_cast<std::uint32_t>(i), before[i], after[i]});
}

}  // namespace

Standing standing_of(const std::vector<Check>& checks, const ServerState& state) {
  std::vector<Standing> standings;
  standings.reserve(checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i)
    standings.push_back(standing(state.checks[i], checks[i].settings->policy));
  return standing(standings);
}

std::string identity(const VirtualServer& server) {
  assert(!server.services.empty());
  if (server.group.empty()) return id(server.services.front());
  return "group:" + server.group + "/" + std::string(text(server.services.front().protocol));
}

const std::vector<Check>& checks_of(const Config& config, const CheckUser& user) {
  const VirtualServer& server = config.virtual_servers[user.pool];
  switch (user.member) {
    case Member::real:
      break;
    case Member::backup:
      return server.real_servers[user.server].backup->checks;
    case Member::sorry:
      return server.sorry_servers[user.server].checks;
  }
  return server.real_servers[user.server].checks;
}

std::size_t Pools::serving(const std::vector<Decision>& decisions) {
  return static_cast<std::size_t>(
      std::count_if(decisions.begin(), decisions.end(),
                    [](const Decision& d) { return d.presence == Presence::serving; }));
}

std::set<ServiceKey> Pools::newcomers(const Config& config) const {
  std::set<ServiceKey> found;
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (!by_service_.contains(key)) found.insert(key);
  return found;
}

// ---- what follows from what is known

const Override& Pools::wishes(std::size_t pool, std::uint32_t server) const {
  const auto of_pool = wishes_.find(static_cast<std::uint32_t>(pool));
  if (of_pool == wishes_.end()) return no_wishes;
  const auto found = of_pool->second.find(server);
  return found == of_pool->second.end() ? no_wishes : found->second;
}

ServerFacts Pools::server_facts(std::size_t index, std::size_t server,
                                const Override& wishes) const {
  const RealServer& real = config_->virtual_servers[index].real_servers[server];
  const Pool& pool = pools_[index];
  const ServerState& state = pool.servers[server];
  ServerFacts facts{.health = state.standing.state, .start = state.start};
  if (real.backup) facts.backup = pool.backups[server].standing.state;
  const Administration decree = administration(real, wishes, own_wish(state));
  facts.admin = decree.state;
  facts.drain_limit = decree.limit;
  facts.drain_until = decree.until;
  facts.weight = wishes.weight ? std::optional(wishes.weight->value) : wished_weight(real, state);
  if (wishes.max_connections) facts.max_connections = wishes.max_connections->value;
  const Administration of_backup = backup_administration(real, wishes);
  facts.backup_admin = of_backup.state;
  facts.backup_drain_limit = of_backup.limit;
  facts.backup_drain_until = of_backup.until;
  const auto seat = pool.seats.find(static_cast<std::uint32_t>(server));
  if (seat != pool.seats.end()) facts.seat = seat->second;
  return facts;
}

PoolFacts Pools::facts(std::size_t index) const {
  const Pool& pool = pools_[index];
  PoolFacts facts{.quorum = pool.quorum, .removed = pool.removed, .panic_since = pool.panic_since};
  if (const auto* wish = scheduler_wish(index)) facts.scheduler = wish->value;
  facts.real_servers.reserve(pool.servers.size());
  for (std::size_t i = 0; i < pool.servers.size(); ++i)
    facts.real_servers.push_back(
        server_facts(index, i, wishes(index, static_cast<std::uint32_t>(i))));
  for (const ServerState& sorry : pool.sorries)
    facts.sorry_servers.push_back(sorry.standing.state);
  return facts;
}

PoolSight Pools::sight(Time now) const {
  return {.now = now,
          .flap_hold = config_->global.flap_hold,
          .panic_percent = config_->global.panic_percent};
}

bool Pools::has_quorum(std::size_t index, const PoolFacts& facts) const {
  const VirtualServer& server = config_->virtual_servers[index];
  return quorum(quorum_limits(server), serving_weight(server, facts), unknown_weight(server, facts),
                facts.quorum);
}

std::optional<PoolChange> Pools::settle(std::size_t index, const PoolSight& sight) {
  return settle(index, facts(index), sight);
}

std::optional<PoolChange> Pools::settle(std::size_t index, PoolFacts facts,
                                        const PoolSight& sight) {
  const VirtualServer& server = config_->virtual_servers[index];
  Pool& pool = pools_[index];
  PoolChange change{.pool = static_cast<std::uint32_t>(index)};
  const std::size_t removed = facts.removed.size();
  facts = settled(server, std::move(facts), sight);
  facts.quorum = has_quorum(index, facts);
  change.quorum = facts.quorum != pool.quorum;
  change.panic = facts.panic_since.has_value() != pool.panic_since.has_value();
  if (change.quorum) pool.quorum_since = sight.now;

  // The tables are made when the kernel is compared; what lists show is kept.
  Desired result = desired(server, facts);
  add_turns(Member::real, pool.real_servers, result.real_servers, change.turns);
  add_turns(Member::backup, pool.backup_servers, result.backups, change.turns);
  add_turns(Member::sorry, pool.sorry_servers, result.sorry_servers, change.turns);
  pool.real_servers = std::move(result.real_servers);
  pool.backup_servers = pool.backups.empty() ? std::vector<Decision>() : std::move(result.backups);
  pool.sorry_servers = std::move(result.sorry_servers);
  const bool is_gone = facts.removed.size() != removed;
  keep(index, std::move(facts), sight);
  if (!change.quorum && !change.panic && !is_gone && change.turns.empty()) return std::nullopt;
  return change;
}

void Pools::keep(std::size_t index, PoolFacts&& facts, const PoolSight& sight) {
  const VirtualServer& server = config_->virtual_servers[index];
  const auto number = static_cast<std::uint32_t>(index);
  Pool& pool = pools_[index];
  const auto next = lvsd::next_moment(server, facts, sight);
  if (next)
    due_.insert_or_assign(number, *next);
  else
    due_.erase(number);
  if (needs_load(server, facts))
    watched_.insert(number);
  else
    watched_.erase(number);
  pool.quorum = facts.quorum;
  pool.panic_since = facts.panic_since;
  keep_seats(index, facts);
  if (facts.removed.size() != pool.removed.size()) ++memory_;
  pool.removed = std::move(facts.removed);
}

// ---- what happens

ServerState& Pools::state_of(const CheckUser& user) {
  Pool& pool = pools_[user.pool];
  switch (user.member) {
    case Member::real:
      break;
    case Member::backup:
      return pool.backups[user.server];
    case Member::sorry:
      return pool.sorries[user.server];
  }
  return pool.servers[user.server];
}

std::optional<PoolChange> Pools::observe(const CheckUser& user, const Observation& observation) {
  const CheckPolicy& policy = checks_of(*config_, user)[user.check].settings->policy;
  const CheckHealth& check = health(user);
  return renew_check(user, lvsd::observe(check, policy, observation), check.streak + 1,
                     observation.at);
}

std::optional<PoolChange> Pools::inform(const CheckUser& user, const CheckHealth& known) {
  const CheckPolicy& policy = checks_of(*config_, user)[user.check].settings->policy;
  CheckHealth check = known;
  check.start = health(user).start;
  return renew_check(user, check, known.up ? policy.rise : fall(policy), known.last->at);
}

std::optional<PoolChange> Pools::renew_check(const CheckUser& user, CheckHealth health,
                                             std::uint32_t results, Time at) {
  ServerState& state = state_of(user);
  CheckHealth& check = state.checks[user.check];
  const bool is_other_wish = check.weight != health.weight || check.admin != health.admin;
  check = health;
  const Standing before =
      std::exchange(state.standing, standing_of(checks_of(*config_, user), state));
  const HealthState now = state.standing.state;
  state.life.note(is_up(now), at);
  if (now == before.state && !is_other_wish) return std::nullopt;
  const bool turned =
      is_up(before.state) != is_up(now) || (now == HealthState::down && !state.known);
  if (turned) {
    state.known = true;
    state.start = is_up(now) ? Start::adopted_up : Start::adopted_down;
    state.since = at;
  }
  auto change = settle(user.pool, sight(at));
  if (!turned) return change;
  if (!change) change = PoolChange{.pool = user.pool};
  change->server = user.server;
  change->member = user.member;
  change->results = results;
  return change;
}

const CheckHealth& Pools::health(const CheckUser& user) const {
  const Pool& pool = pools_[user.pool];
  switch (user.member) {
    case Member::real:
      break;
    case Member::backup:
      return pool.backups[user.server].checks[user.check];
    case Member::sorry:
      return pool.sorries[user.server].checks[user.check];
  }
  return pool.servers[user.server].checks[user.check];
}

// ---- time and counters

std::optional<Time> Pools::next_moment() const {
  const auto first = std::min_element(
      due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return first == due_.end() ? std::nullopt : std::optional(first->second);
}

std::vector<PoolChange> Pools::pass(Time now) {
  std::vector<std::uint32_t> due;
  for (const auto& [pool, at] : due_)
    if (at <= now) due.push_back(pool);
  std::vector<PoolChange> changes;
  for (const std::uint32_t pool : due)
    if (auto change = settle(pool, sight(now))) changes.push_back(*std::move(change));
  return changes;
}

namespace {

// What the kernel counts of one server in all services of its virtual server.
Load load_of(const VirtualServer& server, const Snapshot& counters, const Endpoint& endpoint,
             Forwarding forwarding) {
  Load load;
  for (const ServiceKey& key : server.services) {
    const auto service = counters.find(key);
    if (service == counters.end()) continue;
    const auto found =
        service->second.destinations.find(destination_key(server, key, endpoint, forwarding));
    if (found == service->second.destinations.end()) continue;
    const DestinationCounters& one = found->second.counters;
    load.active += one.active_connections;
    load.inactive += one.inactive_connections;
    load.templates += one.persistent_connections;
    load.packets += one.traffic.counters.in_packets;
    load.fullest = std::max<std::uint64_t>(
        load.fullest, std::uint64_t{one.active_connections} + one.inactive_connections);
  }
  return load;
}

}  // namespace

std::optional<PoolChange> Pools::see(std::uint32_t pool, const Snapshot& counters, Time now) {
  const VirtualServer& server = config_->virtual_servers[pool];
  std::vector<ServerSight> servers;
  for (const RealServer& real : server.real_servers) {
    ServerSight one{.load = load_of(server, counters, real.endpoint, real.settings.forwarding)};
    if (real.backup)
      one.backup_load = load_of(server, counters, real.backup->endpoint, real.backup->forwarding);
    servers.push_back(one);
  }
  std::vector<std::optional<Load>> removed;
  for (const Removed& one : pools_[pool].removed)
    removed.push_back(
        load_of(server, counters, one.server.endpoint, one.server.settings.forwarding));
  PoolSight seen = sight(now);
  seen.servers = servers;
  seen.removed = removed;
  return settle(pool, seen);
}

// ---- the table

Table Pools::wanted(const std::set<ServiceKey>& services) const {
  std::set<std::uint32_t> involved;
  for (const ServiceKey& key : services)
    if (const auto found = by_service_.find(key); found != by_service_.end())
      involved.insert(found->second);
  Table table;
  for (const std::uint32_t index : involved) {
    Table of_pool = desired(config_->virtual_servers[index], facts(index)).table;
    for (auto& [key, service] : of_pool)
      if (services.contains(key)) table.emplace(key, std::move(service));
  }
  return table;
}

Table Pools::wanted() const {
  Table table;
  for (std::size_t i = 0; i < pools_.size(); ++i)
    table.merge(desired(config_->virtual_servers[i], facts(i)).table);
  return table;
}

std::set<ServiceKey> Pools::services() const {
  std::set<ServiceKey> keys;
  for (const auto& [key, pool] : by_service_)
    keys.insert(keys.end(), key);
  return keys;
}

std::vector<ServiceKey> Pools::services(std::size_t pool) const {
  return config_->virtual_servers[pool].services;
}

}  // namespace lvsd
