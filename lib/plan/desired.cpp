#include "plan/desired.h"

#include <algorithm>
#include <cassert>

#include "plan/ramp.h"
#include "plan/scheduler.h"

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
    case Reason::warms:
      return "slow start";
    case Reason::full:
      return "at max_connections, its backup takes the new ones";
    case Reason::full_alone:
      return "at max_connections, and its backup cannot take the new ones";
    case Reason::panic:
      return "its check failed, held as most of the pool failed at once";
    case Reason::flaps:
      return "its check passes, held back as it failed again and again";
    case Reason::drains:
      return "being drained";
    case Reason::drained:
      return "drained, no connection is left or the time is over";
    case Reason::disabled:
      return "disabled";
    case Reason::no_preempt:
      return "its backup goes on serving, preempt is off";
    case Reason::waits:
      return "its backup serves until preempt_delay is over";
    case Reason::removed:
      return "deleted from the configuration, its connections end";
    case Reason::master_out:
      return "its master does not serve";
    case Reason::master_full:
      return "its master has many connections";
    case Reason::master_back:
      return "its master takes the new connections again";
    case Reason::master_serves:
      return "its master serves";
  }
  return "?";
}

namespace {

// `sh` and `mh` serve the clients of a destination of weight 0 by another one only with their
// fallback flag (ip_vs_sh.c, ip_vs_mh.c); then it can keep its place.
bool keeps_places(const ServiceSettings& settings) {
  return has_hash_flags(settings.scheduler) && settings.flags.flag_1;
}

// What the file says, with an operator's wish over it.
ServiceSettings settings_of(const VirtualServer& server, const PoolFacts& facts) {
  return facts.scheduler ? with_scheduler(server.settings, *facts.scheduler) : server.settings;
}

Presence out(bool kept) {
  return kept ? Presence::idle : Presence::absent;
}

// Everything about a virtual server that is asked for each of its real servers.
struct Pool {
  Pool(const VirtualServer& server, const PoolFacts& facts)
      : keeps_failed(keeps_places(settings_of(server, facts))) {
    for (std::size_t i = 0; i < server.sorry_servers.size(); ++i) {
      const bool up = is_up(sorry_health(facts, i));
      has_sorry = has_sorry || up;
      sorry_inhibits = sorry_inhibits || server.sorry_servers[i].inhibit;
    }
  }

  static HealthState sorry_health(const PoolFacts& facts, std::size_t i) {
    return facts.sorry_servers.empty() ? HealthState::no_check : facts.sorry_servers[i];
  }

  bool keeps_failed = false;
  bool has_sorry = false;  // one that can serve
  bool sorry_inhibits = false;
};

// The rows of a real server that serves, by its check.
Decision serving_by_health(HealthState health, std::uint32_t weight) {
  const Reason reason = health == HealthState::up         ? Reason::passes
                        : health == HealthState::falling  ? Reason::fails_some
                        : health == HealthState::no_check ? Reason::no_check
                                                          : Reason::panic;
  return weight == 0 ? Decision{Effective::draining, Reason::weight_zero, Presence::idle, 0}
                     : Decision{Effective::active, reason, Presence::serving, weight};
}

Decision serving(const RealServer& real, const ServerFacts& facts) {
  Decision decision = serving_by_health(facts.health, weight(real, facts));
  if (decision.presence != Presence::serving) return decision;
  if (facts.seat.full) {
    decision.effective = Effective::full;
    decision.reason = backup_serves(real, facts) ? Reason::full : Reason::full_alone;
  } else if (facts.seat.warms_since) {
    decision.effective = Effective::warming;
    decision.reason = Reason::warms;
    decision.warmth = facts.seat.warmth;
  }
  decision.weight = ramped(decision.weight, facts.seat.warmth);
  return decision;
}

// The rows of a real server whose check says that it may not serve.
Decision out_by_health(const ServerFacts& facts, bool kept) {
  const bool is_found = facts.start == Start::adopted_idle;
  switch (facts.health) {
    case HealthState::down:
      return {Effective::down, Reason::failed, out(kept), 0};
    case HealthState::rising:
      return {Effective::down, Reason::passes_some, out(kept || is_found), 0};
    case HealthState::init:
      return {Effective::init, Reason::not_checked, out(kept || is_found), 0};
    case HealthState::up:
    case HealthState::falling:
    case HealthState::no_check:
      return {Effective::down, Reason::flaps, out(kept), 0};
  }
  return {};
}

// One that somebody drains. What a failed server had is lost, and it is shown as failed.
Decision drained(const ServerFacts& facts, bool kept) {
  const bool over = facts.seat.drain && facts.seat.drain->over;
  if (over) return {Effective::drained, Reason::drained, Presence::absent, 0};
  if (facts.health == HealthState::down) return out_by_health(facts, kept);
  return {Effective::draining, Reason::drains, Presence::idle, 0};
}

// The upper half of the table of cases: one real server, whatever the quorum.
Decision alone(const RealServer& real, const ServerFacts& facts, bool kept) {
  switch (facts.admin) {
    case AdminState::disabled:
      return {Effective::disabled, Reason::disabled, Presence::absent, 0};
    case AdminState::drain:
      return drained(facts, kept);
    case AdminState::enabled:
      break;
  }
  if (master_serves(facts)) return serving(real, facts);
  if (!may_serve(facts)) return out_by_health(facts, kept);
  const bool waits = real.policy->preempt || facts.seat.provisional;
  return {Effective::standby, waits ? Reason::waits : Reason::no_preempt, out(kept), 0};
}

Decision decision(const Pool& pool, const RealServer& real, const ServerFacts& facts,
                  bool has_quorum) {
  const bool kept = real.inhibit_on_failure || pool.keeps_failed;
  const Decision its = alone(real, facts, kept);
  if (has_quorum || !pool.has_sorry || its.presence != Presence::serving) return its;
  return {Effective::standby, Reason::sorry_serves, out(kept || pool.sorry_inhibits), 0};
}

// A backup or sorry server whose check says that it may not serve.
Decision out_by_health(HealthState health) {
  if (health == HealthState::init)
    return {Effective::init, Reason::not_checked, Presence::absent, 0};
  return {Effective::down, health == HealthState::rising ? Reason::passes_some : Reason::failed,
          Presence::absent, 0};
}

// One that an operator took out, as it is with real servers.
Decision backup_taken_out(const ServerFacts& facts) {
  if (facts.backup_admin == AdminState::disabled)
    return {Effective::disabled, Reason::disabled, Presence::absent, 0};
  if (facts.seat.backup_drain && facts.seat.backup_drain->over)
    return {Effective::drained, Reason::drained, Presence::absent, 0};
  if (!is_up(facts.backup) && facts.backup != HealthState::init) return out_by_health(facts.backup);
  return {Effective::draining, Reason::drains, Presence::idle, 0};
}

Decision backup_decision(const Pool& pool, const RealServer& real, const ServerFacts& facts,
                         bool has_quorum) {
  constexpr Decision at_rest{Effective::standby, Reason::master_serves, Presence::absent, 0};
  if (!real.backup) return at_rest;
  if (facts.backup_admin != AdminState::enabled) return backup_taken_out(facts);
  const bool leaves = facts.seat.backup_drain && facts.backup == HealthState::init;
  if (!is_up(facts.backup) && !leaves) return out_by_health(facts.backup);
  if (backup_serves(real, facts)) {
    const std::uint32_t share = weight(real, facts);
    if (!has_quorum && pool.has_sorry)
      return {Effective::standby, Reason::sorry_serves, out(pool.sorry_inhibits), 0};
    const Reason reason = facts.seat.helped ? Reason::master_full : Reason::master_out;
    if (share == 0) return {Effective::draining, Reason::weight_zero, Presence::idle, 0};
    return {Effective::active, reason, Presence::serving, share};
  }
  if (facts.seat.backup_drain) return {Effective::draining, Reason::master_back, Presence::idle, 0};
  return at_rest;
}

Decision decision(const SorryServer& sorry, HealthState health, bool has_quorum) {
  if (!is_up(health)) return out_by_health(health);
  if (has_quorum) return {Effective::standby, Reason::quorum_holds, out(sorry.inhibit), 0};
  return {Effective::active, Reason::quorum_lost, Presence::serving, sorry.settings.weight};
}

// Whose netmask it is: a group may have services of both families, and has one mask.
Family netmask_family(const VirtualServer& server) {
  const std::uint32_t mask = server.settings.persistence_netmask;
  const bool may_be_v6 = mask >= 1 && mask <= 128;
  const auto is_v6 = [](const ServiceKey& key) { return key.family == Family::v6; };
  return may_be_v6 && std::any_of(server.services.begin(), server.services.end(), is_v6)
             ? Family::v6
             : Family::v4;
}

// What a service is sent: persistence and tunnel members that are not in use stand at what the
// kernel gives back for them, else a comparison would never be equal.
ServiceSettings normal(ServiceSettings settings, Family family, Family netmask) {
  if (settings.persistence_timeout == 0 || family != netmask)
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

// One server in one of the services; in none of the other address family, which the kernel serves
// only through tunnels (ip_vs_ctl.c, ip_vs_genl_set_cmd).
void place_one(const VirtualServer& server, const ServiceKey& key, Service& service,
               const Endpoint& endpoint, const DestinationSettings& settings, Decision& decision) {
  if (endpoint.address.family != key.family && settings.forwarding != Forwarding::tunnel) return;
  const auto destination = destination_key(server, key, endpoint, settings.forwarding);
  if (place(decision, destination, settings, service)) return;
  if (decision.presence == Presence::serving) decision.reason = Reason::shared;
}

DestinationSettings settings_of(const RealServer& real, const ServerFacts& facts) {
  DestinationSettings settings = real.settings;
  settings.upper_threshold = max_connections(real, facts);
  settings.lower_threshold = resume_connections(real, facts);
  return settings;
}

// The limits are the master's.
DestinationSettings settings_of(const BackupServer& backup) {
  return {.forwarding = backup.forwarding, .tunnel = backup.tunnel};
}

void place_all(const VirtualServer& server, const PoolFacts& facts, const ServiceKey& key,
               Family netmask, Desired& result) {
  Service& service = result.table[key];
  service.settings = normal(settings_of(server, facts), key.family, netmask);
  service.destinations.reserve(server.real_servers.size() + server.sorry_servers.size());
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const RealServer& real = server.real_servers[i];
    place_one(server, key, service, real.endpoint, settings_of(real, facts.real_servers[i]),
              result.real_servers[i]);
  }
  for (std::size_t i = 0; i < server.real_servers.size(); ++i)
    if (const auto& backup = server.real_servers[i].backup)
      place_one(server, key, service, backup->endpoint, settings_of(*backup), result.backups[i]);
  for (std::size_t i = 0; i < server.sorry_servers.size(); ++i) {
    const SorryServer& sorry = server.sorry_servers[i];
    place_one(server, key, service, sorry.endpoint, sorry.settings, result.sorry_servers[i]);
  }
  Decision leaving{Effective::removing, Reason::removed, Presence::idle, 0};
  for (const Removed& removed : facts.removed)
    place_one(server, key, service, removed.server.endpoint, removed.server.settings, leaving);
}

}  // namespace

std::string state_text(const Decision& decision) {
  std::string word(text(decision.effective));
  if (decision.effective == Effective::warming) word += " " + std::to_string(decision.warmth) + "%";
  return word;
}

Desired desired(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  const Pool pool(server, facts);
  Desired result;
  result.real_servers.reserve(server.real_servers.size());
  result.backups.reserve(server.real_servers.size());
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const RealServer& real = server.real_servers[i];
    const ServerFacts& known = facts.real_servers[i];
    result.real_servers.push_back(decision(pool, real, known, facts.quorum));
    result.backups.push_back(backup_decision(pool, real, known, facts.quorum));
  }
  for (std::size_t i = 0; i < server.sorry_servers.size(); ++i)
    result.sorry_servers.push_back(
        decision(server.sorry_servers[i], Pool::sorry_health(facts, i), facts.quorum));
  const Family netmask = netmask_family(server);
  for (const ServiceKey& key : server.services)
    place_all(server, facts, key, netmask, result);
  return result;
}

std::uint64_t serving_weight(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const RealServer& real = server.real_servers[i];
    const ServerFacts& known = facts.real_servers[i];
    if (master_serves(known) || backup_serves(real, known)) sum += weight(real, known);
  }
  return sum;
}

std::uint64_t unknown_weight(const VirtualServer& server, const PoolFacts& facts) {
  assert(facts.real_servers.size() == server.real_servers.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    const RealServer& real = server.real_servers[i];
    const ServerFacts& known = facts.real_servers[i];
    if (master_serves(known) || backup_serves(real, known)) continue;
    const bool unchecked = known.health == HealthState::init && known.start != Start::fresh;
    const bool taken_out = known.admin != AdminState::enabled && is_up(known.health);
    if (unchecked || taken_out || backup_is_taken_out(real, known)) sum += weight(real, known);
  }
  return sum;
}

DestinationKey destination_key(const VirtualServer& server, const ServiceKey& service,
                               const Endpoint& endpoint, Forwarding forwarding) {
  if (forwarding != Forwarding::nat) return {endpoint.address, service.port};
  const bool keeps_port = endpoint.port != 0 || !server.group.empty();
  return {endpoint.address, keeps_port ? endpoint.port : service.port};
}

}  // namespace lvsd
