#include "daemon/stable_dump.h"

#include <algorithm>

namespace lvsd {

namespace {

bool same_destinations(const ServiceSnapshot& a, const ServiceSnapshot& b) {
  const auto key = [](const auto& destination) { return destination.first; };
  return std::ranges::equal(a.destinations, b.destinations, {}, key, key);
}

// What the snapshot has of a service becomes exact. An error means that it could not be read.
Result<void> settle(Kernel& kernel, const ServiceKey& key, Snapshot& snapshot, int attempts) {
  std::optional<ServiceSnapshot> before;
  if (const auto known = snapshot.find(key); known != snapshot.end())
    before = std::move(known->second);
  for (int i = 0; i < attempts; ++i) {
    auto now = kernel.dump(key);
    if (!now) return now.error();
    const bool is_exact = !*now || (*now)->at_once || (before && same_destinations(*before, **now));
    before = std::move(*now);
    if (is_exact) break;
  }
  if (before)
    snapshot.insert_or_assign(key, std::move(*before));
  else
    snapshot.erase(key);
  return {};
}

std::vector<ServiceKey> in_pieces(const Snapshot& snapshot) {
  std::vector<ServiceKey> keys;
  for (const auto& [key, service] : snapshot)
    if (!service.at_once) keys.push_back(key);
  return keys;
}

// Services that only one of them has.
std::vector<ServiceKey> doubtful(const Snapshot& snapshot, const std::set<ServiceKey>& names) {
  std::vector<ServiceKey> keys;
  for (const auto& [key, service] : snapshot)
    if (!names.contains(key)) keys.push_back(key);
  for (const ServiceKey& key : names)
    if (!snapshot.contains(key)) keys.push_back(key);
  return keys;
}

}  // namespace

Result<Snapshot> stable_dump(Kernel& kernel, int attempts) {
  auto snapshot = kernel.dump();
  if (!snapshot) return snapshot.error();
  auto doubts = in_pieces(*snapshot);
  for (int i = 1; i < attempts; ++i) {
    const auto names = kernel.services();
    if (!names) return names.error();
    std::ranges::copy(doubtful(*snapshot, *names), std::back_inserter(doubts));
    if (doubts.empty()) break;
    for (const ServiceKey& key : doubts)
      if (const auto settled = settle(kernel, key, *snapshot, attempts); !settled)
        return settled.error();
    doubts.clear();
  }
  return snapshot;
}

}  // namespace lvsd
