#pragma once

#include <cstddef>
#include <string>

#include "daemon/pools.h"

namespace lvsd {

// How many serve, of all that are configured: the daemon in one line, for `systemctl status`.
struct Tally {
  std::size_t services = 0;
  std::size_t services_up = 0;  // a real or backup server takes connections
  std::size_t servers = 0;      // real servers
  std::size_t servers_up = 0;   // by their checks
  std::size_t degraded = 0;     // services that are up and lack some server

  bool operator==(const Tally&) const = default;
};

Tally tally(const Pools& pools);

// "DEGRADED: 2 of 2 services up, 5 of 6 servers up". DOWN: a service is.
std::string text(const Tally& tally);

}  // namespace lvsd
