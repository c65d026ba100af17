#pragma once

#include <string>
#include <variant>
#include <vector>

#include "model/destination.h"
#include "model/service.h"

namespace lvsd {

// One change to the kernel's table, as a value. Add fails where the entry exists, Set where it does
// not; Set replaces all settings.
struct AddService {
  ServiceKey service;
  ServiceSettings settings;
  bool operator==(const AddService&) const = default;
};
struct SetService {
  ServiceKey service;
  ServiceSettings settings;
  bool operator==(const SetService&) const = default;
};
struct RemoveService {  // with whatever destinations it still has
  ServiceKey service;
  bool operator==(const RemoveService&) const = default;
};
struct AddDestination {
  ServiceKey service;
  DestinationKey destination;
  DestinationSettings settings;
  bool operator==(const AddDestination&) const = default;
};
struct SetDestination {
  ServiceKey service;
  DestinationKey destination;
  DestinationSettings settings;
  bool operator==(const SetDestination&) const = default;
};
struct RemoveDestination {
  ServiceKey service;
  DestinationKey destination;
  bool operator==(const RemoveDestination&) const = default;
};

using Op = std::variant<AddService, SetService, RemoveService, AddDestination, SetDestination,
                        RemoveDestination>;
using Plan = std::vector<Op>;

const ServiceKey& service_of(const Op& op);
// The destination it is about; null where it is the service itself.
const DestinationKey* destination_of(const Op& op);

// "add tcp 10.0.0.1:80 wlc", "set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 0",
// "remove tcp 10.0.0.1:80 -> 10.0.0.2:80". A plan is one line per op.
std::string text(const Op& op);
std::string text(const Plan& plan);

}  // namespace lvsd
