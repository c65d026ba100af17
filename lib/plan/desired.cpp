#include "plan/desired.h"

#include <algorithm>
#include <cassert>

namespace lvsd {

std::string_view text(Reason reason) {
  switch (reason) {
    case Reason::passes:
      return "its checks pass";
    case Reason::fails_some:
      return "its check fails, not yet often enough to take it out";
    case Reason::no_check:
      return "it has no check";
    case Reason::weight_zero:
      return "weight 0 in the configuration";
    case Reason::shared:
      return "serves through the destination of another server";
    case Reason::failed:
      return "its check failed";
    case Reason::passes_some:
      return "its check passes, not yet often enough to bring it back";
    case Reason::not_checked:
      return "not checked yet";
    case Reason::sorry_serves:
      return "quorum is lost, the sorry server serves";
    case Reason::quorum_lost:
      return "quorum is lost";
    case Reason::quorum_holds:
      return "quorum holds";
  }
  return "?";
}

namespace {

// `sh` and `mh` serve the clients of a destination of weight 0 by another one only with their
// fallback flag (ip_vs_sh.c, ip_vs_mh.c); then it can keep its place.
bool keeps_places(const ServiceSettings& settings) {
  return (settings.scheduler == "sh" || settings.scheduler == "mh") && settings.flags.flag_1;
}

Presence out(bool kept) {
  return kept ? Presence::idle : Presence::absent;
}

// The upper half of the table of cases: one real server, whatever the quorum.
Decision by_health(HealthState health, std::uint32_t weight, bool kept) {
  const auto serves = [weight](Reason reason) {
    return weight == 0 ? Decision{Effective::draining, Reason::weight_zero, Presence::idle, 0}
                       : Decision{Effective::active, reason, Presence::serving, weight};
  };
  switch (health) {
    case HealthState::up:
      return serves(Reason::passes);
    case HealthState::falling:
      return serves(Reason::fails_some);
    case HealthState::no_check:
      return serves(Reason::no_check);
    case HealthState::down:
      return {Effective::down, Reason::failed, out(kept), 0};
    case HealthState::rising:
      return {Effective::down, Reason::passes_some, out(kept), 0};
    case HealthState::init:
      return {Effective::init, Reason::not_checked, out(kept), 0};
  }
  return {};
}

// Everything about a virtual server that is asked for each of its real servers.
struct Pool {
  explicit Pool(const VirtualServer& server)
      : keeps_failed(keeps_places(server.settings)), has_sorry(!server.sorry_servers.empty()) {
    for (const SorryServer& sorry : server.sorry_servers)
      sorry_inhibits = sorry_inhibits || sorry.inhibit;
  }

  bool keeps_failed = false;
  bool has_sorry = false;
  bool sorry_inhibits = false;
};

Decision decision(const Pool& pool, const RealServer& real, const ServerFacts& facts,
                  bool has_quorum) {
  const bool kept = real.inhibit_on_failure || pool.keeps_failed;
  const bool has_not_failed =
      facts.health == HealthState::init || facts.health == HealthState::rising;
  const bool is_found = has_not_failed && facts.start == Start::adopted_idle;
  const Decision alone = by_health(facts.health, real.settings.weight, kept || is_found);
  if (has_quorum || !pool.has_sorry || alone.presence != Presence::serving) return alone;
  return {Effective::standby, Reason::sorry_serves, out(kept || pool.sorry_inhibits), 0};
}

Decision decision(const SorryServer& sorry, bool has_quorum) {
  if (has_quorum) return {Effective::standby, Reason::quorum_holds, out(sorry.inhibit), 0};
  return {Effective::active, Reason::quorum_lost, Presence::serving, sorry.settings.weight};
}

// What a service is sent: persistence and tunnel members that are not in use stand at what the
// kernel gives back for them, else a comparison would never be equal.
ServiceSettings normal(ServiceSettings settings, Family family) {
  const bool is_mask_of_v6 =
      settings.persistence_netmask >= 1 && settings.persistence_netmask <= 128;
  if (settings.persistence_timeout == 0 || (family == Family::v6 && !is_mask_of_v6))
    settings.persistence_netmask = host_netmask(family);
  return settings;
}

DestinationSettings normal(DestinationSettings settings, std::uint32_t weight) {
  if (settings.forwarding != Forwarding::tunnel) settings.tunnel = {};
  settings.weight = weight;
  return settings;
}

// Puts a server into a service, unless another one that takes connections, or came first and does
// not either, is that destination already. False where it has to share.
bool place(const Decision& decision, const DestinationKey& key,
           const DestinationSettings& configured, Service& service) {
  if (decision.presence == Presence::absent) return true;
  const DestinationSettings settings = normal(configured, decision.weight);
  const auto [entry, is_new] = service.destinations.emplace(key, settings);
  if (is_new) return true;
  if (entry->second.weight != 0 || settings.weight == 0) return false;
  entry->second = settings;
  return true;
}

template <class Server>
void place_all(const VirtualServer& server, const std::vector<Server>& members,
               std::vector<Decision>& decisions, const ServiceKey& key, Service& service) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Server& member = members[i];
    const auto destination =
        destination_key(server, key, member.endpoint, member.settings.forwarding);
    if (place(decisions[i], destination, member.settings, service)) continue;
    if (decisions[i].presence == Presence::serving) decisions[i].reason = Reason::shared;
  }
}

}  // namespace

Desired desired(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  const Pool pool(server);
  Desired result;
  result.real_servers.reserve(server.real_servers.size());
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    result.real_servers.push_back(
        decision(pool, server.real_servers[i], facts.real_servers[i], facts.quorum));
  for (const SorryServer& sorry : server.sorry_servers)
    result.sorry_servers.push_back(decision(sorry, facts.quorum));

  for (const ServiceKey& key : server.services) {
    Service& service = result.table[key];
    service.settings = normal(server.settings, key.family);
    service.destinations.reserve(server.real_servers.size() + server.sorry_servers.size());
    place_all(server, server.real_servers, result.real_servers, key, service);
    place_all(server, server.sorry_servers, result.sorry_servers, key, service);
  }
  return result;
}

std::uint64_t serving_weight(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  const Pool pool(server);
  std::uint64_t weight = 0;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    weight += decision(pool, server.real_servers[i], facts.real_servers[i], true).weight;
  return weight;
}

std::uint64_t unknown_weight(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  std::uint64_t weight = 0;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const ServerFacts& known = facts.real_servers[i];
    if (known.health == HealthState::init && known.start != Start::fresh)
      weight += server.real_servers[i].settings.weight;
  }
  return weight;
}

DestinationKey destination_key(const VirtualServer& server, const ServiceKey& service,
                               const Endpoint& endpoint, Forwarding forwarding) {
  if (forwarding != Forwarding::nat) return {endpoint.address, service.port};
  const bool keeps_port = endpoint.port != 0 || !server.group.empty();
  return {endpoint.address, keeps_port ? endpoint.port : service.port};
}

}  // namespace lvsd
