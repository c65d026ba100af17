#include "plan/reload_guard.h"

#include <algorithm>
#include <map>
#include <set>

namespace lvsd {

namespace {

// The real servers of each kernel service: whatever a virtual server is called, this is what
// serves.
using Servers = std::map<ServiceKey, std::set<Endpoint>>;

Servers servers_of(const Config& config) {
  Servers servers;
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& key : server.services)
      for (const RealServer& real : server.real_servers)
        servers[key].insert(real.endpoint);
  return servers;
}

}  // namespace

std::optional<std::string> guarded(const Config& current, const Config& next,
                                   std::uint32_t percent) {
  if (percent == 0) return std::nullopt;
  const Servers there = servers_of(next);
  std::size_t services = 0;
  std::size_t total = 0;
  std::size_t gone = 0;
  for (const auto& [key, servers] : servers_of(current)) {
    const auto left = there.find(key);
    if (left == there.end()) ++services;
    total += servers.size();
    for (const Endpoint& endpoint : servers)
      if (left == there.end() || !left->second.contains(endpoint)) ++gone;
  }
  if (gone * 100 <= total * percent) return std::nullopt;
  return "it removes " + std::to_string(gone) + " of " + std::to_string(total) +
         " real servers and " + std::to_string(services) +
         " whole services, and reload_guard allows " + std::to_string(percent) + " percent";
}

}  // namespace lvsd
