#include "plan/adoption.h"

#include <algorithm>
#include <optional>

#include "plan/desired.h"

namespace lvsd {

namespace {

// The services of a virtual server that the kernel has.
using Found = std::vector<Table::const_pointer>;

Found found_services(const VirtualServer& server, const Table& actual) {
  Found found;
  for (const ServiceKey& key : server.services)
    if (const auto entry = actual.find(key); entry != actual.end()) found.push_back(&*entry);
  return found;
}

// The highest weight a server has in any of the services; nothing if it is in none.
std::optional<std::uint32_t> weight_in(const VirtualServer& server, const Endpoint& endpoint,
                                       Forwarding forwarding, const Found& found) {
  std::optional<std::uint32_t> weight;
  for (const auto* entry : found) {
    const auto& destinations = entry->second.destinations;
    const auto destination =
        destinations.find(destination_key(server, entry->first, endpoint, forwarding));
    if (destination != destinations.end())
      weight = std::max(weight.value_or(0), destination->second.weight);
  }
  return weight;
}

// `configured`: its weight in the file.
Start start_of(const Found& found, std::optional<std::uint32_t> weight, std::uint32_t configured) {
  if (found.empty()) return Start::fresh;
  if (!weight) return Start::adopted_down;
  return *weight != 0 || configured == 0 ? Start::adopted_up : Start::adopted_idle;
}

}  // namespace

Adoption adoption(const VirtualServer& server, const Table& actual) {
  const Found found = found_services(server, actual);
  Adoption result;
  bool any_real = false;
  bool any_sorry = false;
  for (const RealServer& real : server.real_servers) {
    const auto weight = weight_in(server, real.endpoint, real.settings.forwarding, found);
    result.real_servers.push_back(start_of(found, weight, real.settings.weight));
    any_real = any_real || weight.value_or(0) != 0;
    const auto of_backup =
        real.backup ? weight_in(server, real.backup->endpoint, real.backup->forwarding, found)
                    : std::nullopt;
    result.backups.push_back(real.backup ? start_of(found, of_backup, 1) : Start::fresh);
    any_real = any_real || of_backup.value_or(0) != 0;
  }
  for (const SorryServer& sorry : server.sorry_servers) {
    const auto weight = weight_in(server, sorry.endpoint, sorry.settings.forwarding, found);
    result.sorry_servers.push_back(start_of(found, weight, 1));
    any_sorry = any_sorry || weight.value_or(0) != 0;
  }
  result.had_quorum = !found.empty() && (any_real || !any_sorry);
  return result;
}

Services foreign(const Table& actual, const Table& desired, const Services& owned) {
  Services others;
  for (const auto& [key, service] : actual)
    if (!desired.contains(key) && !owned.contains(key)) others.insert(others.end(), key);
  return others;
}

}  // namespace lvsd
