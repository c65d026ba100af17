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
template <class Server>
std::optional<std::uint32_t> weight_in(const VirtualServer& server, const Server& member,
                                       const Found& found) {
  std::optional<std::uint32_t> weight;
  for (const auto* entry : found) {
    const auto& destinations = entry->second.destinations;
    const auto destination = destinations.find(
        destination_key(server, entry->first, member.endpoint, member.settings.forwarding));
    if (destination != destinations.end())
      weight = std::max(weight.value_or(0), destination->second.weight);
  }
  return weight;
}

Start start_of(const VirtualServer& server, const RealServer& real, const Found& found) {
  if (found.empty()) return Start::fresh;
  const auto weight = weight_in(server, real, found);
  if (!weight) return Start::adopted_down;
  return *weight != 0 || real.settings.weight == 0 ? Start::adopted_up : Start::adopted_idle;
}

template <class Server>
bool any_serves(const VirtualServer& server, const std::vector<Server>& members,
                const Found& found) {
  return std::any_of(members.begin(), members.end(), [&](const Server& member) {
    return weight_in(server, member, found).value_or(0) != 0;
  });
}

}  // namespace

Adoption adoption(const VirtualServer& server, const Table& actual) {
  const Found found = found_services(server, actual);
  Adoption result;
  for (const RealServer& real : server.real_servers)
    result.real_servers.push_back(start_of(server, real, found));
  const bool only_sorry_serves = any_serves(server, server.sorry_servers, found) &&
                                 !any_serves(server, server.real_servers, found);
  result.had_quorum = !found.empty() && !only_sorry_serves;
  return result;
}

Services foreign(const Table& actual, const Table& desired, const Services& owned) {
  Services others;
  for (const auto& [key, service] : actual)
    if (!desired.contains(key) && !owned.contains(key)) others.insert(others.end(), key);
  return others;
}

}  // namespace lvsd
