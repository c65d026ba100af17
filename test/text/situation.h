#pragma once

#include <string>
#include <string_view>

#include "model/config.h"
#include "plan/desired.h"

// A virtual server and what is known of it, in a few lines:
//
//   group web                                   only where it is one
//   quorum 2 hysteresis 1                       where they are not 1 and 0
//   quorum lost                                 else it holds
//   tcp 10.0.0.1:80 wlc                         a line for each service
//   real 10.0.0.2:80 NAT weight 3 inhibit is down
//   real 10.0.0.3:80 NAT weight 1 is init found idle
//   sorry 10.0.0.9:80 NAT weight 1 inhibit
//
// A server "is" one of the words of HealthState; "found idle", "found up" and "found down" are its
// start; it has a check unless it is "nocheck". "alpha" before "is" makes that an alpha check.

namespace lvsd::test {

struct Situation {
  VirtualServer server;
  PoolFacts facts;
};

Situation situation(std::string_view text);

// The virtual servers of some situations together.
template <class... Text>
Config config_of(const Text&... texts) {
  Config config;
  (config.virtual_servers.push_back(situation(texts).server), ...);
  return config;
}

// The table as `text` prints it, then a line for each server, real ones first:
// "10.0.0.2:80 DOWN: its check failed".
std::string text(const Desired& desired, const VirtualServer& server);

// The same of desired(situation(text)).
std::string outcome(std::string_view text);

}  // namespace lvsd::test
