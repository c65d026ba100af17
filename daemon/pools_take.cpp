// Pools::take: what a new configuration keeps of what is known.

#include <algorithm>
#include <utility>

#include "daemon/pools.h"
#include "health/observe.h"
#include "plan/overrides.h"

namespace lvsd {

namespace {

ServerState started(const std::vector<Check>& checks, Start start, Time now) {
  ServerState state{.start = start};
  state.checks.reserve(checks.size());
  for (const Check& check : checks)
    state.checks.push_back(initial(start, check.settings->policy, now));
  state.standing = standing_of(checks, state);
  state.since = now;
  state.life.note(is_up(state.standing.state), now);
  return state;
}

// How a check begins that its server did not have before: the server stays where it is.
Start continued(const ServerState& before) {
  return is_up(before.standing.state) ? Start::adopted_up : before.start;
}

// The state of a server whose checks were `old` and are `checks` now.
ServerState carried(const std::vector<Check>& old, const ServerState& before,
                    const std::vector<Check>& checks, Time now) {
  ServerState state{.known = before.known, .start = continued(before)};
  for (const Check& check : checks) {
    const auto same = std::find(old.begin(), old.end(), check);
    state.checks.push_back(same != old.end()
                               ? before.checks[static_cast<std::size_t>(same - old.begin())]
                               : initial(state.start, check.settings->policy, now));
  }
  state.standing = standing_of(checks, state);
  state.since = is_up(state.standing.state) == is_up(before.standing.state) ? before.since : now;
  state.life = before.life;
  state.life.note(is_up(state.standing.state), now);
  return state;
}

bool any_backup(const VirtualServer& server) {
  return std::any_of(server.real_servers.begin(), server.real_servers.end(),
                     [](const RealServer& real) { return real.backup != nullptr; });
}

const std::vector<Check>& backup_checks(const RealServer& real) {
  static const std::vector<Check> none;
  return real.backup ? real.backup->checks : none;
}

// One virtual server on its way from one configuration to the next.
class Carrying {
 public:
  Carrying(const VirtualServer& old, const Pool& before, const VirtualServer& server, Time now)
      : old_(old), before_(before), server_(server), now_(now) {
    for (std::size_t i = 0; i < old.real_servers.size(); ++i)
      known_.emplace(old.real_servers[i].endpoint, i);
  }

  Pool pool() {
    pool_.quorum = before_.quorum;
    pool_.quorum_since = before_.quorum_since;
    pool_.panic_since = before_.panic_since;
    pool_.servers.reserve(server_.real_servers.size());
    for (std::uint32_t i = 0; i < server_.real_servers.size(); ++i)
      carry_real(i);
    for (const SorryServer& sorry : server_.sorry_servers)
      carry_sorry(sorry);
    for (const Removed& one : before_.removed)
      if (!is_configured(one.server.endpoint)) pool_.removed.push_back(one);
    for (const auto& [endpoint, i] : known_)
      if (!is_configured(endpoint)) note_removal(i);
    return std::move(pool_);
  }

 private:
  void carry_real(std::uint32_t i) {
    const RealServer& real = server_.real_servers[i];
    const auto found = known_.find(real.endpoint);
    if (found == known_.end()) {
      pool_.servers.push_back(started(real.checks, Start::fresh, now_));
      pool_.seats[i].out = true;  // comes in by slow start
      carry_backup(real, nullptr);
      return;
    }
    const RealServer& old = old_.real_servers[found->second];
    const auto from = static_cast<std::uint32_t>(found->second);
    pool_.servers.push_back(carried(old.checks, before_.servers[from], real.checks, now_));
    if (const auto seat = before_.seats.find(from); seat != before_.seats.end())
      pool_.seats[i] = seat->second;
    carry_backup(real, &old);
  }

  void carry_backup(const RealServer& real, const RealServer* old) {
    if (!any_backup(server_)) return;
    const bool is_same =
        real.backup && old && old->backup && old->backup->endpoint == real.backup->endpoint;
    const auto place = is_same ? static_cast<std::size_t>(old - old_.real_servers.data()) : 0;
    pool_.backups.push_back(
        is_same ? carried(old->backup->checks, before_.backups[place], real.backup->checks, now_)
                : started(backup_checks(real), Start::fresh, now_));
  }

  void carry_sorry(const SorryServer& sorry) {
    const auto same =
        std::find_if(old_.sorry_servers.begin(), old_.sorry_servers.end(),
                     [&](const SorryServer& old) { return old.endpoint == sorry.endpoint; });
    if (same == old_.sorry_servers.end()) {
      pool_.sorries.push_back(started(sorry.checks, Start::fresh, now_));
      return;
    }
    const auto place = static_cast<std::size_t>(same - old_.sorry_servers.begin());
    pool_.sorries.push_back(carried(same->checks, before_.sorries[place], sorry.checks, now_));
  }

  bool is_configured(const Endpoint& endpoint) const {
    return std::any_of(server_.real_servers.begin(), server_.real_servers.end(),
                       [&](const RealServer& real) { return real.endpoint == endpoint; });
  }

  void note_removal(std::size_t i) {
    if (auto gone = removal(server_, old_.real_servers[i], before_.real_servers[i], now_))
      pool_.removed.push_back(*std::move(gone));
  }

  const VirtualServer& old_;
  const Pool& before_;
  const VirtualServer& server_;
  const Time now_;
  std::map<Endpoint, std::size_t> known_;
  Pool pool_;
};

// The same for a virtual server that is as it was. Tells whether anything is different by it.
bool carry_on(Pool& pool) {
  bool differs = false;
  for (auto* states : {&pool.servers, &pool.backups, &pool.sorries})
    for (ServerState& state : *states)
      differs = std::exchange(state.start, continued(state)) != state.start || differs;
  return differs;
}

// What is left of the wishes for the servers of `old`.
PoolWishes carried(const PoolWishes& wishes, const VirtualServer& old,
                   const VirtualServer& server) {
  PoolWishes kept;
  const auto& servers = server.real_servers;
  for (const auto& [index, wish] : wishes) {
    const Endpoint& endpoint = old.real_servers[index].endpoint;
    const auto same = std::find_if(servers.begin(), servers.end(), [&](const RealServer& real) {
      return real.endpoint == endpoint;
    });
    if (same == servers.end()) continue;
    if (Override left = reloaded(wish, *same); !left.empty())
      kept.emplace(static_cast<std::uint32_t>(same - servers.begin()), std::move(left));
  }
  return kept;
}

Pool adopted(const VirtualServer& server, const Table& actual, Time now) {
  const Adoption found = adoption(server, actual);
  Pool pool;
  pool.quorum = found.had_quorum;
  pool.quorum_since = now;
  pool.servers.reserve(server.real_servers.size());
  for (std::uint32_t i = 0; i < server.real_servers.size(); ++i) {
    const RealServer& real = server.real_servers[i];
    pool.servers.push_back(started(real.checks, found.real_servers[i], now));
    if (any_backup(server))
      pool.backups.push_back(started(backup_checks(real), found.backups[i], now));
    Seat seat = found_seat(found.real_servers[i], found.backups[i], now);
    // Never served, so a drain that the file wishes is over.
    if (found.real_servers[i] == Start::fresh) seat.out = real.disabled;
    if (seat != Seat{}) pool.seats.emplace(i, seat);
  }
  for (std::size_t i = 0; i < server.sorry_servers.size(); ++i)
    pool.sorries.push_back(started(server.sorry_servers[i].checks, found.sorry_servers[i], now));
  pool.removed = found_removals(server, actual, {}, now);
  return pool;
}

}  // namespace

std::size_t Pools::memory_of(const Config& config) {
  std::size_t bytes = config.virtual_servers.size() * sizeof(Pool);
  for (const VirtualServer& server : config.virtual_servers) {
    bytes += server.real_servers.size() * (sizeof(ServerState) + 2 * sizeof(Decision));
    // Here and in the reconciler, in trees.
    bytes += server.services.size() * 3 * (sizeof(ServiceKey) + 6 * sizeof(void*));
  }
  return bytes;
}

std::set<ServiceKey> Pools::take(Config config, const Table& actual, Time now) {
  const auto sources = predecessors(config);
  const auto previous = std::exchange(config_, std::make_shared<const Config>(std::move(config)));
  const Config& old = *previous;
  auto before = std::exchange(pools_, {});
  const auto wishes = std::exchange(wishes_, {});
  const auto schedulers = std::exchange(schedulers_, {});
  ++memory_;
  std::vector<std::size_t> heirs(before.size());
  for (const auto& from : sources)
    if (from) ++heirs[*from];
  const auto due = std::exchange(due_, {});
  const auto watched = std::exchange(watched_, {});
  const bool is_other_policy = old.global.flap_hold != config_->global.flap_hold ||
                               old.global.panic_percent != config_->global.panic_percent;
  std::set<ServiceKey> touched;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const VirtualServer& server = config_->virtual_servers[i];
    const auto from = sources[i];
    const bool is_same = from && server == old.virtual_servers[*from];
    const auto number = from ? std::optional(static_cast<std::uint32_t>(*from)) : std::nullopt;
    bool is_settled = false;
    if (is_same && heirs[*from] == 1) {
      pools_.push_back(std::move(before[*from]));
      const bool differs = carry_on(pools_.back());
      is_settled = !differs && !is_other_policy && !due.contains(*number) &&
                   !watched.contains(*number) && !wishes.contains(*number);
    } else {
      pools_.push_back(from
                           ? Carrying(old.virtual_servers[*from], before[*from], server, now).pool()
                           : adopted(server, actual, now));
    }
    // Of all that a reload has twice, this need not be.
    if (from && --heirs[*from] == 0) before[*from] = {};
    if (const auto had = number ? wishes.find(*number) : wishes.end(); had != wishes.end())
      if (auto left = carried(had->second, old.virtual_servers[*from], server); !left.empty())
        wishes_.emplace(static_cast<std::uint32_t>(i), std::move(left));
    if (const auto had = number ? schedulers.find(*number) : schedulers.end();
        had != schedulers.end() && outlives(had->second, server))
      schedulers_.emplace(static_cast<std::uint32_t>(i), had->second);
    if (!is_settled) settle(i, sight(now));
    if (!is_same || is_other_policy) touched.insert(server.services.begin(), server.services.end());
  }
  index_services();
  for (const VirtualServer& server : old.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (!by_service_.contains(key)) touched.insert(key);
  return touched;
}

std::vector<std::optional<std::size_t>> Pools::predecessors(const Config& config) const {
  const std::vector<VirtualServer>& running = config_->virtual_servers;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < running.size(); ++i)
    if (!running[i].group.empty()) known.emplace(identity(running[i]), i);

  // One without a group is known by its first service, and that is in the index already.
  const auto predecessor = [&](const VirtualServer& server) -> std::optional<std::size_t> {
    if (server.group.empty()) {
      const auto same = by_service_.find(server.services.front());
      if (same != by_service_.end() && running[same->second].group.empty()) return same->second;
    } else if (const auto same = known.find(identity(server)); same != known.end()) {
      return same->second;
    }
    for (const ServiceKey& key : server.services)
      if (const auto had = by_service_.find(key); had != by_service_.end()) return had->second;
    return std::nullopt;
  };
  std::vector<std::optional<std::size_t>> found;
  found.reserve(config.virtual_servers.size());
  for (const VirtualServer& server : config.virtual_servers)
    found.push_back(predecessor(server));
  return found;
}

void Pools::index_services() {
  by_service_.clear();
  for (std::size_t i = 0; i < config_->virtual_servers.size(); ++i)
    for (const ServiceKey& key : config_->virtual_servers[i].services)
      by_service_.emplace_hint(by_service_.end(), key, static_cast<std::uint32_t>(i));
}

}  // namespace lvsd
