#include "daemon/totals.h"

#include <chrono>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace lvsd {

void Life::note(bool up, Time now) {
  if (up_ == up) return;
  if (up_) ++changes_;
  if (!up)
    down_since_ = now;
  else if (up_)
    down_ += std::chrono::duration_cast<Duration>(now - down_since_);
  up_ = up;
}

api::LifeSample Life::sample(Time now) const {
  Duration down = down_;
  if (up_ == false) down += std::chrono::duration_cast<Duration>(now - down_since_);
  return {.changes = changes_, .downtime_seconds = std::chrono::duration<double>(down).count()};
}

namespace {

Totals::Service renewed(const VirtualServer& configured, Totals::Service before) {
  std::unordered_map<std::string_view, Life> lives;
  for (const Totals::Server& server : before.servers)
    lives.emplace(server.name, server.life);
  Totals::Service service{.name = id(configured),
                          .life = before.life,
                          .check_durations = std::move(before.check_durations)};
  service.servers.reserve(configured.real_servers.size());
  for (const RealServer& server : configured.real_servers) {
    std::string name = id(server);
    const Life life = lives[name];
    service.servers.push_back({std::move(name), life});
  }
  return service;
}

}  // namespace

void Totals::renew(const Pools& pools, Time now) {
  std::unordered_map<std::string, Service> before;
  for (Service& service : services_) {
    std::string name = service.name;
    before.emplace(std::move(name), std::move(service));
  }
  services_.clear();
  for (const VirtualServer& configured : pools.config().virtual_servers)
    services_.push_back(renewed(configured, std::move(before[id(configured)])));
  for (std::size_t i = 0; i < services_.size(); ++i)
    note(pools, i, now);
}

void Totals::note(const Pools& pools, std::size_t pool, Time now) {
  const Pool& is = pools.pool(pool);
  Service& service = services_[pool];
  service.life.note(is.quorum, now);
  for (std::size_t i = 0; i < is.servers.size(); ++i)
    service.servers[i].life.note(is_up(is.servers[i].standing.state), now);
}

void Totals::add_check(std::size_t pool, double seconds) {
  services_[pool].check_durations.add(seconds);
}

}  // namespace lvsd
