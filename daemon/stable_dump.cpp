#include "daemon/stable_dump.h"

#include <algorithm>

namespace lvsd {

namespace {

bool same_destinations(const ServiceSnapshot& a, const ServiceSnapshot& b) {
  return std::ranges::equal(
      a.destinations, b.destinations, {}, [](const auto& d) { return d.first; },
      [](const auto& d) { return d.first; });
}

// Services that only one of them has, or that they have with other destinations.
std::vector<ServiceKey> doubtful(const Snapshot& before, const Snapshot& now) {
  std::vector<ServiceKey> keys;
  for (const auto& [key, service] : before) {
    const auto found = now.find(key);
    if (found == now.end() || !same_destinations(service, found->second)) keys.push_back(key);
  }
  for (const auto& [key, service] : now)
    if (!before.contains(key)) keys.push_back(key);
  return keys;
}

}  // namespace

Result<Snapshot> stable_dump(Kernel& kernel, int attempts) {
  auto now = kernel.dump();
  if (!now) return now.error();
  std::vector<ServiceKey> doubts;
  for (int i = 1; i < attempts; ++i) {
    Snapshot before = std::move(*now);
    now = kernel.dump();
    if (!now) return now.error();
    doubts = doubtful(before, *now);
    if (doubts.empty()) return now;
  }
  for (const ServiceKey& key : doubts) {
    auto service = kernel.dump(key);
    if (!service) return service.error();
    if (*service)
      now->insert_or_assign(key, std::move(**service));
    else
      now->erase(key);
  }
  return now;
}

}  // namespace lvsd
