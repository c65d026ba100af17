#include "model/table.h"

namespace lvsd {

std::string text(const ServiceKey& key, const Service& service) {
  std::string out = text(key) + " " + text(service.settings, key.family) + "\n";
  for (const auto& [destination, settings] : service.destinations)
    out += "  -> " + text(destination) + " " + text(settings) + "\n";
  return out;
}

std::string text(const Table& table) {
  std::string out;
  for (const auto& [key, service] : table)
    out += text(key, service);
  return out;
}

Service service_of(const ServiceSnapshot& snapshot) {
  Service service{snapshot.settings, {}};
  service.destinations.reserve(snapshot.destinations.size());
  for (const auto& [key, destination] : snapshot.destinations)
    service.destinations.emplace_hint(service.destinations.end(), key, destination.settings);
  return service;
}

Table table_of(const Snapshot& snapshot) {
  Table table;
  for (const auto& [key, service] : snapshot)
    table.emplace_hint(table.end(), key, service_of(service));
  return table;
}

}  // namespace lvsd
