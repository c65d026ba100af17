#include "netlink/refusal.h"

#include <cerrno>
#include <cstring>

namespace lvsd {

namespace {

class ErrnoCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "errno"; }
  std::string message(int value) const override {
    const char* name = strerrorname_np(value);
    return name != nullptr ? name : "errno " + std::to_string(value);
  }
  std::error_condition default_error_condition(int value) const noexcept override {
    return std::generic_category().default_error_condition(value);
  }
};

constexpr std::string_view kNoCapability = "CAP_NET_ADMIN in the initial user namespace is needed";

std::string missing_module(const ServiceSettings& settings) {
  std::string reason = "the scheduler module ip_vs_" + settings.scheduler;
  if (!settings.persistence_engine.empty())
    reason += " or the persistence engine ip_vs_pe_" + settings.persistence_engine;
  return reason + " is not available";
}

// One overload a kind of change; what is asked is an errno the kernel's IPVS code answers with.
struct Reason {
  int value;

  std::string operator()(const AddService& op) const {
    if (value == EEXIST) return "the service exists already";
    return service(op.settings);
  }
  std::string operator()(const SetService& op) const {
    if (value == ESRCH) return "the service does not exist";
    return service(op.settings);
  }
  std::string operator()(const RemoveService&) const {
    return value == ESRCH ? "the service does not exist" : "";
  }
  std::string operator()(const AddDestination& op) const {
    if (value == EEXIST) return "the destination exists already";
    return destination(op.service, op.destination, op.settings);
  }
  std::string operator()(const SetDestination& op) const {
    if (value == ENOENT) return "the destination does not exist";
    return destination(op.service, op.destination, op.settings);
  }
  std::string operator()(const RemoveDestination&) const {
    if (value == ENOENT) return "the destination does not exist";
    return value == ESRCH ? "the service does not exist" : "";
  }

 private:
  std::string service(const ServiceSettings& settings) const {
    if (value == ENOENT) return missing_module(settings);
    if (value == EINVAL) return "the kernel does not take these settings";
    if (value == EAFNOSUPPORT) return "the kernel has no IPv6, or it is disabled";
    if (value == ENOPROTOOPT) return "the ip_vs module is being unloaded";
    return "";
  }
  std::string destination(const ServiceKey& service, const DestinationKey& key,
                          const DestinationSettings& settings) const {
    if (value == ESRCH) return "the service does not exist";
    if (value == ERANGE) return "the weight or the thresholds are out of range";
    if (value == EAFNOSUPPORT) return "the kernel has no IPv6, or it is disabled";
    if (value != EINVAL) return "";
    if (service.family != key.address.family) {
      return settings.forwarding == Forwarding::tunnel
                 ? "IPv4 and IPv6 cannot be mixed while a sync daemon runs"
                 : "IPv4 and IPv6 can be mixed with tunnel forwarding only";
    }
    return "the kernel does not take this address or these settings";
  }
};

struct ControlReason {
  int value;

  std::string operator()(const SetTimeouts&) const {
    return value == EINVAL
               ? "a timeout is longer than this kernel takes (2147483 s where it counts "
                 "1000 ticks a second)"
               : "";
  }
  std::string operator()(const StartSync& op) const {
    if (value == EEXIST) return "a sync daemon of this role runs already";
    if (value == ENODEV) return "there is no interface " + op.daemon.interface;
    if (value == EINVAL)
      return "the group is not multicast, or a service mixes IPv4 and IPv6 servers";
    return "";
  }
  std::string operator()(const StopSync&) const {
    return value == ESRCH ? "no sync daemon of this role runs" : "";
  }
  std::string operator()(const ZeroCounters&) const {
    return value == ESRCH ? "the service does not exist" : "";
  }
};

}  // namespace

const std::error_category& errno_category() {
  static const ErrnoCategory category;
  return category;
}

std::string reason(const Op& op, int errno_value) {
  if (errno_value == EPERM) return std::string(kNoCapability);
  return std::visit(Reason{errno_value}, op);
}

std::string reason(const ControlOp& op, int errno_value) {
  if (errno_value == EPERM) return std::string(kNoCapability);
  return std::visit(ControlReason{errno_value}, op);
}

Error refusal(const Op& op, int errno_value) {
  return within(text(op), Error{{errno_value, errno_category()}, reason(op, errno_value)});
}

Error refusal(const ControlOp& op, int errno_value) {
  return within(text(op), Error{{errno_value, errno_category()}, reason(op, errno_value)});
}

Error refusal(std::string_view attempt, int errno_value) {
  const Error cause{{errno_value, errno_category()},
                    errno_value == EPERM ? std::string(kNoCapability) : std::string()};
  return within(attempt, cause);
}

}  // namespace lvsd
