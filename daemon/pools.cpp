#include "daemon/pools.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "health/observe.h"
#include "health/quorum.h"

namespace lvsd {

namespace {

Standing standing_of(const RealServer& server, const std::vector<CheckHealth>& checks) {
  std::vector<Standing> standings;
  standings.reserve(checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i)
    standings.push_back(standing(checks[i], server.checks[i].settings->policy));
  return standing(standings);
}

ServerState started(const RealServer& server, Start start, Time now) {
  ServerState state{.start = start};
  for (const Check& check : server.checks)
    state.checks.push_back(initial(start, check.settings->policy, now));
  state.standing = standing_of(server, state.checks);
  state.since = now;
  return state;
}

// How a check begins that its server did not have before: the server stays where it is.
Start continued(const ServerState& before) {
  return is_up(before.standing.state) ? Start::adopted_up : before.start;
}

// The state of a server whose definition was `old` and is `server` now.
ServerState carried(const RealServer& old, const ServerState& before, const RealServer& server,
                    Time now) {
  ServerState state{.known = before.known, .start = continued(before)};
  for (const Check& check : server.checks) {
    const auto same = std::find(old.checks.begin(), old.checks.end(), check);
    state.checks.push_back(same != old.checks.end()
                               ? before.checks[static_cast<std::size_t>(same - old.checks.begin())]
                               : initial(state.start, check.settings->policy, now));
  }
  state.standing = standing_of(server, state.checks);
  state.since = is_up(state.standing.state) == is_up(before.standing.state) ? before.since : now;
  return state;
}

Pool carried(const VirtualServer& old, const Pool& before, const VirtualServer& server, Time now) {
  std::map<Endpoint, std::size_t> known;
  for (std::size_t i = 0; i < old.real_servers.size(); ++i)
    known.emplace(old.real_servers[i].endpoint, i);

  Pool pool{.quorum = before.quorum, .quorum_since = before.quorum_since};
  pool.servers.reserve(server.real_servers.size());
  for (const RealServer& real : server.real_servers) {
    const auto found = known.find(real.endpoint);
    pool.servers.push_back(
        found == known.end()
            ? started(real, Start::fresh, now)
            : carried(old.real_servers[found->second], before.servers[found->second], real, now));
  }
  return pool;
}

Pool adopted(const VirtualServer& server, const Table& actual, Time now) {
  const Adoption found = adoption(server, actual);
  Pool pool{.quorum = found.had_quorum, .quorum_since = now};
  pool.servers.reserve(server.real_servers.size());
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    pool.servers.push_back(started(server.real_servers[i], found.real_servers[i], now));
  return pool;
}

}  // namespace

std::string identity(const VirtualServer& server) {
  assert(!server.services.empty());
  if (server.group.empty()) return id(server.services.front());
  return "group:" + server.group + "/" + std::string(text(server.services.front().protocol));
}

std::size_t Pools::serving(const std::vector<Decision>& decisions) {
  return static_cast<std::size_t>(
      std::count_if(decisions.begin(), decisions.end(),
                    [](const Decision& d) { return d.presence == Presence::serving; }));
}

std::set<ServiceKey> Pools::take(Config config, const Table& actual, Time now) {
  const auto sources = predecessors(config);
  const Config old = std::exchange(config_, std::move(config));
  std::vector<Pool> before = std::exchange(pools_, {});
  std::vector<std::size_t> heirs(before.size());
  for (const auto& from : sources)
    if (from) ++heirs[*from];
  std::set<ServiceKey> touched;
  pools_.reserve(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const VirtualServer& server = config_.virtual_servers[i];
    const auto from = sources[i];
    pools_.push_back(from ? carried(old.virtual_servers[*from], before[*from], server, now)
                          : adopted(server, actual, now));
    // Of all that a reload has twice, this need not be.
    if (from && --heirs[*from] == 0) before[*from] = {};
    settle_quorum(i, now);
    if (!from || !(server == old.virtual_servers[*from]))
      touched.insert(server.services.begin(), server.services.end());
  }
  index_services();
  for (const VirtualServer& server : old.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (!by_service_.contains(key)) touched.insert(key);
  return touched;
}

std::vector<std::optional<std::size_t>> Pools::predecessors(const Config& config) const {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < pools_.size(); ++i)
    known.emplace(identity(config_.virtual_servers[i]), i);

  const auto predecessor = [&](const VirtualServer& server) -> std::optional<std::size_t> {
    if (const auto same = known.find(identity(server)); same != known.end()) return same->second;
    for (const ServiceKey& key : server.services)
      if (const auto had = by_service_.find(key); had != by_service_.end()) return had->second;
    return std::nullopt;
  };
  std::vector<std::optional<std::size_t>> found;
  for (const VirtualServer& server : config.virtual_servers)
    found.push_back(predecessor(server));
  return found;
}

void Pools::index_services() {
  by_service_.clear();
  for (std::size_t i = 0; i < config_.virtual_servers.size(); ++i)
    for (const ServiceKey& key : config_.virtual_servers[i].services)
      by_service_.emplace(key, static_cast<std::uint32_t>(i));
}

std::set<ServiceKey> Pools::newcomers(const Config& config) const {
  std::set<ServiceKey> found;
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (!by_service_.contains(key)) found.insert(key);
  return found;
}

PoolFacts Pools::facts(std::size_t index) const {
  PoolFacts facts{.quorum = pools_[index].quorum};
  facts.real_servers.reserve(pools_[index].servers.size());
  for (const ServerState& server : pools_[index].servers)
    facts.real_servers.push_back({server.standing.state, server.start});
  return facts;
}

// The tables are made when the kernel is compared; what lists show is kept.
void Pools::decide(std::size_t index) {
  Desired result = desired(config_.virtual_servers[index], facts(index));
  pools_[index].real_servers = std::move(result.real_servers);
  pools_[index].sorry_servers = std::move(result.sorry_servers);
}

bool Pools::settle_quorum(std::size_t index, Time now) {
  const VirtualServer& server = config_.virtual_servers[index];
  Pool& pool = pools_[index];
  const PoolFacts known = facts(index);
  const bool holds = quorum(quorum_limits(server), serving_weight(server, known),
                            unknown_weight(server, known), pool.quorum);
  const bool turned = holds != pool.quorum;
  if (turned) {
    pool.quorum = holds;
    pool.quorum_since = now;
  }
  decide(index);
  return turned;
}

std::optional<PoolChange> Pools::observe(const CheckUser& user, const Observation& observation) {
  const RealServer& server = config_.virtual_servers[user.pool].real_servers[user.server];
  ServerState& state = pools_[user.pool].servers[user.server];
  CheckHealth& check = state.checks[user.check];
  const std::uint32_t results = check.streak + 1;
  check = lvsd::observe(check, server.checks[user.check].settings->policy, observation);

  const Standing before = std::exchange(state.standing, standing_of(server, state.checks));
  const HealthState now = state.standing.state;
  if (now == before.state) return std::nullopt;
  const bool turned =
      is_up(before.state) != is_up(now) || (now == HealthState::down && !state.known);
  if (turned) {
    state.known = true;
    state.start = is_up(now) ? Start::adopted_up : Start::adopted_down;
    state.since = observation.at;
  }
  const bool was_quorum_turned = settle_quorum(user.pool, observation.at);
  if (!turned && !was_quorum_turned) return std::nullopt;
  return PoolChange{.pool = user.pool,
                    .server = turned ? std::optional(user.server) : std::nullopt,
                    .results = results,
                    .quorum = was_quorum_turned};
}

const CheckHealth& Pools::health(const CheckUser& user) const {
  return pools_[user.pool].servers[user.server].checks[user.check];
}

Table Pools::wanted(const std::set<ServiceKey>& services) const {
  std::set<std::uint32_t> involved;
  for (const ServiceKey& key : services)
    if (const auto found = by_service_.find(key); found != by_service_.end())
      involved.insert(found->second);
  Table table;
  for (const std::uint32_t index : involved) {
    Table of_pool = desired(config_.virtual_servers[index], facts(index)).table;
    for (auto& [key, service] : of_pool)
      if (services.contains(key)) table.emplace(key, std::move(service));
  }
  return table;
}

Table Pools::wanted() const {
  Table table;
  for (std::size_t i = 0; i < pools_.size(); ++i)
    table.merge(desired(config_.virtual_servers[i], facts(i)).table);
  return table;
}

std::set<ServiceKey> Pools::services() const {
  std::set<ServiceKey> keys;
  for (const auto& [key, pool] : by_service_)
    keys.insert(keys.end(), key);
  return keys;
}

std::vector<ServiceKey> Pools::services(std::size_t pool) const {
  return config_.virtual_servers[pool].services;
}

}  // namespace lvsd
