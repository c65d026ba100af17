#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "api/metrics.h"
#include "daemon/life.h"
#include "daemon/pools.h"

namespace lvsd {

// What has happened to services, for metrics. By name, so that a reload keeps it for what is still
// configured.
class Totals {
 public:
  struct Service {
    Life life;  // by its quorum
    api::DurationHistogram check_durations;
  };

  // Takes down how everything that is configured is now, and drops what is not configured.
  void renew(const Pools& pools, Time now);
  // The same of one virtual server in which something has changed.
  void note(const Pools& pools, std::size_t pool, Time now);
  void add_check(std::size_t pool, double seconds);

  // REQUIRES: the pool was there at the last renew.
  const Service& of(std::size_t pool) const { return services_[pool]; }

 private:
  // The services of these names, with what is known of them.
  void rename(std::vector<std::string> names);

  std::vector<Service> services_;  // beside the configuration's
  std::vector<std::string> names_;
};

}  // namespace lvsd
