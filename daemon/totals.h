#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/metrics.h"
#include "daemon/pools.h"

namespace lvsd {

// How often a thing came up and went down, and how long it was down, since it was first looked at.
class Life {
 public:
  void note(bool up, Time now);
  api::LifeSample sample(Time now) const;

 private:
  std::optional<bool> up_;
  std::uint32_t changes_ = 0;
  Time down_since_;                   // while it is down
  Duration down_ = Duration::zero();  // in all, without the present time
};

// What has happened to services and their real servers, for metrics. By name, so that a reload
// keeps it for what is still configured.
class Totals {
 public:
  struct Server {
    std::string name;
    Life life;
  };
  struct Service {
    std::string name;
    Life life;                    // by its quorum
    std::vector<Server> servers;  // beside the configuration's real servers
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
  std::vector<Service> services_;  // beside the configuration's
};

}  // namespace lvsd
