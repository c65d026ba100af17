#include "daemon/totals.h"

#include <map>
#include <utility>

namespace lvsd {

void Totals::renew(const Pools& pools, Time now) {
  std::map<std::string, Service> before;
  for (std::size_t i = 0; i < services_.size(); ++i)
    before.emplace(std::move(names_[i]), services_[i]);
  services_.clear();
  names_.clear();
  for (const VirtualServer& service : pools.config().virtual_servers) {
    names_.push_back(id(service));
    services_.push_back(before[names_.back()]);
  }
  for (std::size_t i = 0; i < services_.size(); ++i)
    note(pools, i, now);
}

void Totals::note(const Pools& pools, std::size_t pool, Time now) {
  services_[pool].life.note(pools.pool(pool).quorum, now);
}

void Totals::add_check(std::size_t pool, double seconds) {
  services_[pool].check_durations.add(seconds);
}

}  // namespace lvsd
