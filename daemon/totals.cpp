#include "daemon/totals.h"

#include <map>
#include <utility>

namespace lvsd {

void Totals::renew(const Pools& pools, Time now) {
  std::vector<std::string> names;
  names.reserve(pools.config().virtual_servers.size());
  for (const VirtualServer& service : pools.config().virtual_servers)
    names.push_back(id(service));
  if (names != names_) rename(std::move(names));
  for (std::size_t i = 0; i < services_.size(); ++i)
    note(pools, i, now);
}

void Totals::rename(std::vector<std::string> names) {
  std::map<std::string, std::size_t> before;
  for (std::size_t i = 0; i < names_.size(); ++i)
    before.emplace(std::move(names_[i]), i);
  std::vector<Service> services(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const auto known = before.find(names[i]); known != before.end())
      services[i] = services_[known->second];
  services_ = std::move(services);
  names_ = std::move(names);
}

void Totals::note(const Pools& pools, std::size_t pool, Time now) {
  services_[pool].life.note(pools.pool(pool).quorum, now);
}

void Totals::add_check(std::size_t pool, double seconds) {
  services_[pool].check_durations.add(seconds);
}

}  // namespace lvsd
