#pragma once

#include <boost/container/flat_map.hpp>
#include <map>
#include <string>

#include "model/destination.h"
#include "model/service.h"

namespace lvsd {

// Contiguous: a service's destinations are few, walked often and rarely changed one by one.
using Destinations = boost::container::flat_map<DestinationKey, DestinationSettings>;

struct Service {
  ServiceSettings settings;
  Destinations destinations;

  bool operator==(const Service&) const = default;
};

// The kernel's content, or what we want it to be, as a value.
using Table = std::map<ServiceKey, Service>;

// One line per entry, ordered: "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight 1\n".
std::string text(const Table& table);
std::string text(const ServiceKey& key, const Service& service);

// What a dump returns: settings and measurements of the same moment.
struct DestinationSnapshot {
  DestinationSettings settings;
  DestinationCounters counters;
};

struct ServiceSnapshot {
  ServiceSettings settings;
  Traffic traffic;
  boost::container::flat_map<DestinationKey, DestinationSnapshot> destinations;
  // The kernel listed all destinations in one piece, so none is missing that was there.
  bool at_once = true;
};

using Snapshot = std::map<ServiceKey, ServiceSnapshot>;

// The snapshot without its measurements.
Service service_of(const ServiceSnapshot& snapshot);
Table table_of(const Snapshot& snapshot);

}  // namespace lvsd
