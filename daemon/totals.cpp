#include "daemon/totals.h"

#include <chrono>
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

void Totals::renew(const Pools& pools, Time now) {
  std::map<std::string, Service> before;
  for (std::size_t i = 0; i < services_.size(); ++i)
    before.emplace(std::move(names_[i]), std::move(services_[i]));
  services_.clear();
  names_.clear();
  for (const VirtualServer& service : pools.config().virtual_servers) {
    names_.push_back(id(service));
    services_.push_back(std::move(before[names_.back()]));
    std::map<std::string, Life> kept;
    for (const RealServer& server : service.real_servers)
      kept.insert(services_.back().servers.extract(id(server)));
    services_.back().servers = std::move(kept);
  }
  for (std::size_t i = 0; i < services_.size(); ++i)
    note(pools, i, now);
}

void Totals::note(const Pools& pools, std::size_t pool, Time now) {
  const VirtualServer& configured = pools.config().virtual_servers[pool];
  const Pool& is = pools.pool(pool);
  Service& service = services_[pool];
  service.life.note(is.quorum, now);
  for (std::size_t i = 0; i < is.servers.size(); ++i)
    service.servers[id(configured.real_servers[i])].note(is_up(is.servers[i].standing.state), now);
}

void Totals::add_check(std::size_t pool, double seconds) {
  services_[pool].check_durations.add(seconds);
}

}  // namespace lvsd
