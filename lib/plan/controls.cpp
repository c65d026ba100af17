#include "plan/controls.h"

namespace lvsd {

namespace {

SyncSettings sync_settings(const SyncDaemon& daemon) {
  const SyncSettings usual;
  return {.interface = daemon.interface,
          .id = daemon.id.value_or(0),
          .max_length = daemon.max_length,
          .group = daemon.group.value_or(usual.group),
          .port = daemon.port != 0 ? daemon.port : usual.port,
          .ttl = daemon.ttl != 0 ? daemon.ttl : usual.ttl};
}

// 0 where nothing has to change: the kernel keeps the value then.
std::uint32_t change(std::uint32_t actual, std::optional<std::uint32_t> wanted) {
  return wanted && *wanted != actual ? *wanted : 0;
}

bool runs_as(SyncSettings actual, const SyncSettings& wanted) {
  if (wanted.max_length == 0) actual.max_length = 0;
  return actual == wanted;
}

// The timeouts that have to change, 0 for the others.
Timeouts changes(const Timeouts& actual, const IpvsTimeouts& wanted) {
  return {change(actual.tcp, wanted.tcp), change(actual.tcp_fin, wanted.tcp_fin),
          change(actual.udp, wanted.udp)};
}

}  // namespace

WantedControls wanted_controls(const GlobalSettings& settings, const std::set<SyncRole>& owned) {
  WantedControls wanted{settings.timeouts, {}, owned};
  if (!settings.sync_daemon || !settings.sync_daemon->vrrp_instance.empty()) return wanted;
  for (const SyncRole role : {SyncRole::master, SyncRole::backup})
    wanted.sync.emplace(role, sync_settings(*settings.sync_daemon));
  return wanted;
}

bool is_empty(const WantedControls& wanted) {
  return wanted.timeouts == IpvsTimeouts{} && wanted.sync.empty() && wanted.owned.empty();
}

ControlPlan diff(const Controls& actual, const WantedControls& wanted) {
  ControlPlan plan;
  const Timeouts timeouts = changes(actual.timeouts, wanted.timeouts);
  if (timeouts != Timeouts{0, 0, 0}) plan.push_back(SetTimeouts{timeouts});

  for (const auto& [role, running] : actual.sync) {
    const auto found = wanted.sync.find(role);
    const bool is_wanted = found != wanted.sync.end();
    if (is_wanted ? !runs_as(running, found->second) : wanted.owned.contains(role))
      plan.push_back(StopSync{role});
  }
  for (const auto& [role, settings] : wanted.sync) {
    const auto found = actual.sync.find(role);
    if (found == actual.sync.end() || !runs_as(found->second, settings))
      plan.push_back(StartSync{role, settings});
  }
  return plan;
}

std::vector<std::string> control_drift(const Controls& actual, const WantedControls& wanted) {
  std::vector<std::string> found;
  const Timeouts timeouts = changes(actual.timeouts, wanted.timeouts);
  if (timeouts != Timeouts{0, 0, 0})
    found.push_back("timeouts are " + text(actual.timeouts) + ", wanted " + text(timeouts));
  for (const auto& [role, running] : actual.sync) {
    const std::string runs = "sync " + std::string(text(role)) + " runs " + text(running);
    const auto right = wanted.sync.find(role);
    if (right == wanted.sync.end()) {
      if (wanted.owned.contains(role)) found.push_back(runs + ", wanted no more");
    } else if (!runs_as(running, right->second)) {
      found.push_back(runs + ", wanted " + text(right->second));
    }
  }
  for (const auto& [role, settings] : wanted.sync)
    if (!actual.sync.contains(role))
      found.push_back("sync " + std::string(text(role)) + " is missing");
  return found;
}

}  // namespace lvsd
