#include "daemon/stable_table.h"

#include <algorithm>

namespace lvsd {

namespace {

bool same_destinations(const Service& a, const ServiceSnapshot& b) {
  const auto key = [](const auto& destination) { return destination.first; };
  return std::ranges::equal(a.destinations, b.destinations, {}, key, key);
}

// What the table has of a service becomes exact. An error means that it could not be read.
Result<void> settle(Kernel& kernel, const ServiceKey& key, Table& table, int attempts) {
  std::optional<Service> before;
  if (const auto known = table.find(key); known != table.end()) before = std::move(known->second);
  for (int i = 0; i < attempts; ++i) {
    auto now = kernel.dump(key);
    if (!now) return now.error();
    const bool is_exact = !*now || (*now)->at_once || (before && same_destinations(*before, **now));
    before = *now ? std::optional(service_of(**now)) : std::nullopt;
    if (is_exact) break;
  }
  if (before)
    table.insert_or_assign(key, std::move(*before));
  else
    table.erase(key);
  return {};
}

// Services that only one of them has.
std::vector<ServiceKey> doubtful(const Table& table, const std::set<ServiceKey>& names) {
  std::vector<ServiceKey> keys;
  for (const auto& [key, service] : table)
    if (!names.contains(key)) keys.push_back(key);
  for (const ServiceKey& key : names)
    if (!table.contains(key)) keys.push_back(key);
  return keys;
}

}  // namespace

Result<Table> stable_table(Kernel& kernel, int attempts) {
  auto reading = kernel.read_table();
  if (!reading) return reading.error();
  Table& table = reading->table;
  std::vector<ServiceKey> doubts = std::move(reading->in_pieces);
  for (int i = 1; i < attempts; ++i) {
    const auto names = kernel.services();
    if (!names) return names.error();
    std::ranges::copy(doubtful(table, *names), std::back_inserter(doubts));
    if (doubts.empty()) break;
    for (const ServiceKey& key : doubts)
      if (const auto settled = settle(kernel, key, table, attempts); !settled)
        return settled.error();
    doubts.clear();
  }
  return std::move(table);
}

}  // namespace lvsd
