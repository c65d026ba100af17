#include "plan/drift.h"

#include <cassert>

namespace lvsd {

std::string_view text(DriftKind kind) {
  switch (kind) {
    case DriftKind::missing:
      return "missing";
    case DriftKind::extra:
      return "extra";
    case DriftKind::changed:
      return "changed";
  }
  return "?";
}

namespace {

std::string entry_text(const ServiceKey& service, const DestinationKey* destination) {
  std::string out = text(service);
  if (destination != nullptr) out += " -> " + text(*destination);
  return out;
}

}  // namespace

std::string entry_text(const Drift& drift) {
  return entry_text(drift.service, drift.destination ? &*drift.destination : nullptr);
}

std::string entry_text(const Op& op) {
  return entry_text(service_of(op), destination_of(op));
}

std::string text(const Drift& drift) {
  std::string out = entry_text(drift);
  switch (drift.kind) {
    case DriftKind::missing:
      return out + " is missing";
    case DriftKind::extra:
      return out + " is extra, " + drift.found;
    case DriftKind::changed:
      return out + " is " + drift.found + ", wanted " + drift.wanted;
  }
  return out;
}

namespace {

struct Describe {
  const Table& actual;

  Drift operator()(const AddService& op) const {
    return {DriftKind::missing, op.service, {}, {}, text(op.settings, op.service.family)};
  }
  Drift operator()(const SetService& op) const {
    return {DriftKind::changed, op.service, {}, found(op), text(op.settings, op.service.family)};
  }
  Drift operator()(const RemoveService& op) const {
    return {DriftKind::extra, op.service, {}, found(op), {}};
  }
  Drift operator()(const AddDestination& op) const {
    return {DriftKind::missing, op.service, op.destination, {}, text(op.settings)};
  }
  Drift operator()(const SetDestination& op) const {
    return {DriftKind::changed, op.service, op.destination, found_destination(op),
            text(op.settings)};
  }
  Drift operator()(const RemoveDestination& op) const {
    return {DriftKind::extra, op.service, op.destination, found_destination(op), {}};
  }

 private:
  const Service& service(const ServiceKey& key) const {
    const auto entry = actual.find(key);
    assert(entry != actual.end());
    return entry->second;
  }
  template <class ServiceOp>
  std::string found(const ServiceOp& op) const {
    return text(service(op.service).settings, op.service.family);
  }
  template <class DestinationOp>
  std::string found_destination(const DestinationOp& op) const {
    const auto& destinations = service(op.service).destinations;
    const auto entry = destinations.find(op.destination);
    assert(entry != destinations.end());
    return text(entry->second);
  }
};

}  // namespace

std::vector<Drift> drift(const Plan& plan, const Table& actual) {
  std::vector<Drift> entries;
  entries.reserve(plan.size());
  for (const Op& op : plan)
    entries.push_back(std::visit(Describe{actual}, op));
  return entries;
}

}  // namespace lvsd
