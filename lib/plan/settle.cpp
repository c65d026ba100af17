#include "plan/settle.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "plan/panic.h"

namespace lvsd {

namespace {

Sight sight_of(const PoolSight& sight, bool datagrams, std::size_t i) {
  Sight one{.now = sight.now, .flap_hold = sight.flap_hold, .datagrams = datagrams};
  if (sight.servers.empty()) return one;
  one.load = sight.servers[i].load;
  one.backup_load = sight.servers[i].backup_load;
  one.failback = sight.servers[i].failback;
  return one;
}

void settle_seats(const VirtualServer& server, PoolFacts& facts, const PoolSight& sight) {
  const bool datagrams = carries_datagrams(server);
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    ServerFacts& one = facts.real_servers[i];
    one.seat = settled(server.real_servers[i], one, sight_of(sight, datagrams, i));
  }
}

// Better one that flaps than nobody. False where that changes nothing.
bool release_held(const VirtualServer& server, PoolFacts& facts) {
  if (serving_weight(server, facts) != 0) return false;
  bool released = false;
  for (ServerFacts& one : facts.real_servers)
    if (std::exchange(one.seat.flap.held_until, std::nullopt)) released = true;
  return released;
}

DrainRules removal_rules(const RealServer& server, bool datagrams) {
  return {.limit = server.policy->drain_timeout, .datagrams = datagrams};
}

void settle_removed(const VirtualServer& server, PoolFacts& facts, const PoolSight& sight) {
  const bool datagrams = carries_datagrams(server);
  for (std::size_t i = 0; i < facts.removed.size(); ++i) {
    Removed& one = facts.removed[i];
    const auto load = sight.removed.empty() ? std::nullopt : sight.removed[i];
    one.drain = continued(one.drain, load, removal_rules(one.server, datagrams), sight.now);
  }
  std::erase_if(facts.removed, [](const Removed& one) { return one.drain.over; });
}

// As the kernel has them, in any of the services.
std::set<Endpoint> configured_endpoints(const VirtualServer& server) {
  std::set<Endpoint> endpoints;
  for (const ServiceKey& key : server.services) {
    const auto add = [&](const Endpoint& endpoint, Forwarding forwarding) {
      endpoints.insert(destination_key(server, key, endpoint, forwarding));
    };
    for (const RealServer& real : server.real_servers) {
      add(real.endpoint, real.settings.forwarding);
      if (real.backup) add(real.backup->endpoint, real.backup->forwarding);
    }
    for (const SorryServer& sorry : server.sorry_servers)
      add(sorry.endpoint, sorry.settings.forwarding);
  }
  return endpoints;
}

}  // namespace

PoolFacts settled(const VirtualServer& server, PoolFacts facts, const PoolSight& sight) {
  facts = with_panic(server, std::move(facts), sight.panic_percent, sight.now);
  settle_seats(server, facts, sight);
  if (release_held(server, facts)) settle_seats(server, facts, sight);
  settle_removed(server, facts, sight);
  return facts;
}

std::optional<Removed> removal(const VirtualServer& server, const RealServer& gone,
                               const Decision& was, Time now) {
  const bool drains = server.graceful_removal || gone.policy->graceful_shutdown;
  const bool failed = was.effective == Effective::down;
  if (!drains || failed || was.presence == Presence::absent) return std::nullopt;
  return Removed{.server = gone, .drain = begun(now)};
}

Removal memorable(const Removed& removed) {
  return {.endpoint = removed.server.endpoint,
          .since = removed.drain.since,
          .limit = removed.server.policy->drain_timeout};
}

namespace {

const Removal* told_of(const std::vector<Removal>& told, const VirtualServer& server,
                       const ServiceKey& key, const Endpoint& endpoint, Forwarding forwarding) {
  for (const Removal& one : told)
    if (destination_key(server, key, one.endpoint, forwarding) == endpoint) return &one;
  return nullptr;
}

Removed resumed(const Removal& told) {
  Removed one;
  one.server.endpoint = told.endpoint;
  ServerPolicy policy;
  policy.drain_timeout = told.limit;
  one.server.policy = std::make_shared<const ServerPolicy>(policy);
  one.drain = begun(told.since);
  return one;
}

Removed begun_anew(const VirtualServer& server, const Endpoint& endpoint, Time now) {
  Removed one;
  one.server.endpoint = endpoint;
  if (!server.real_servers.empty()) one.server.policy = server.real_servers.front().policy;
  one.drain = begun(now);
  return one;
}

}  // namespace

std::vector<Removed> found_removals(const VirtualServer& server, const Table& actual,
                                    const std::vector<Removal>& told, Time now) {
  std::map<Endpoint, Removed> found;
  std::optional<std::set<Endpoint>> configured;  // made for the first it is needed for: few are
  for (const ServiceKey& key : server.services) {
    const auto service = actual.find(key);
    if (service == actual.end()) continue;
    for (const auto& [endpoint, settings] : service->second.destinations) {
      if (settings.weight != 0) continue;
      if (!configured) configured = configured_endpoints(server);
      if (configured->contains(endpoint)) continue;
      const Removal* known = told_of(told, server, key, endpoint, settings.forwarding);
      if (known == nullptr && !server.graceful_removal) continue;
      Removed one = known ? resumed(*known) : begun_anew(server, endpoint, now);
      one.server.settings = settings;
      found.insert_or_assign(one.server.endpoint, std::move(one));
    }
  }
  std::vector<Removed> removed;
  removed.reserve(found.size());
  for (auto& [endpoint, one] : found)
    removed.push_back(std::move(one));
  return removed;
}

std::optional<Time> next_moment(const VirtualServer& server, const PoolFacts& facts,
                                const PoolSight& sight) {
  const bool datagrams = carries_datagrams(server);
  std::optional<Time> next;
  const auto consider = [&next](std::optional<Time> moment) {
    if (moment && (!next || *moment < *next)) next = moment;
  };
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    consider(
        next_moment(server.real_servers[i], facts.real_servers[i], sight_of(sight, datagrams, i)));
  for (const Removed& one : facts.removed)
    consider(next_moment(one.drain, removal_rules(one.server, datagrams)));
  return next;
}

bool needs_load(const VirtualServer& server, const PoolFacts& facts) {
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    if (needs_load(server.real_servers[i], facts.real_servers[i])) return true;
  return !facts.removed.empty();
}

bool carries_datagrams(const VirtualServer& server) {
  return std::any_of(server.services.begin(), server.services.end(), [](const ServiceKey& key) {
    return key.fwmark != 0 || key.protocol == Protocol::udp;
  });
}

}  // namespace lvsd
