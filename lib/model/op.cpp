#include "model/op.h"

namespace lvsd {

const ServiceKey& service_of(const Op& op) {
  return std::visit([](const auto& o) -> const ServiceKey& { return o.service; }, op);
}

const DestinationKey* destination_of(const Op& op) {
  return std::visit(
      [](const auto& change) -> const DestinationKey* {
        if constexpr (requires { change.destination; })
          return &change.destination;
        else
          return nullptr;
      },
      op);
}

namespace {

struct Spell {
  std::string operator()(const AddService& op) const { return service("add ", op); }
  std::string operator()(const SetService& op) const { return service("set ", op); }
  std::string operator()(const RemoveService& op) const { return "remove " + text(op.service); }
  std::string operator()(const AddDestination& op) const { return destination("add ", op); }
  std::string operator()(const SetDestination& op) const { return destination("set ", op); }
  std::string operator()(const RemoveDestination& op) const {
    return "remove " + text(op.service) + " -> " + text(op.destination);
  }

 private:
  template <class ServiceOp>
  static std::string service(const std::string& verb, const ServiceOp& op) {
    return verb + text(op.service) + " " + text(op.settings, op.service.family);
  }
  template <class DestinationOp>
  static std::string destination(const std::string& verb, const DestinationOp& op) {
    return verb + text(op.service) + " -> " + text(op.destination) + " " + text(op.settings);
  }
};

}  // namespace

std::string text(const Op& op) {
  return std::visit(Spell{}, op);
}

std::string text(const Plan& plan) {
  std::string out;
  for (const Op& op : plan)
    out += text(op) + "\n";
  return out;
}

}  // namespace lvsd
