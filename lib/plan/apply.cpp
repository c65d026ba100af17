#include "plan/apply.h"

#include <algorithm>
#include <climits>

namespace lvsd {

namespace {

std::error_code refused(std::errc reason) {
  return std::make_error_code(reason);
}

std::error_code objection(const ServiceKey& key, const ServiceSettings& settings) {
  const bool bad_prefix = key.family == Family::v6 &&
                          (settings.persistence_netmask < 1 || settings.persistence_netmask > 128);
  if (bad_prefix || settings.scheduler.size() > 15) return refused(std::errc::invalid_argument);
  return {};
}

// ip_vs_new_dest: unicast or local; a local IPv6 address cannot be told from here.
bool is_usable_address(const Address& address) {
  const Address broadcast{Family::v4, {255, 255, 255, 255}};
  if (address.family == Family::v6 && is_link_local(address)) return false;
  return !is_unspecified(address) && !is_multicast(address) && address != broadcast;
}

std::error_code objection(const ServiceKey& service, const DestinationKey& key,
                          const DestinationSettings& settings) {
  if (settings.weight > INT_MAX || settings.lower_threshold > settings.upper_threshold)
    return refused(std::errc::result_out_of_range);
  const bool tunnel = settings.forwarding == Forwarding::tunnel;
  const bool mixed = key.address.family != service.family;
  const bool no_gue_port =
      tunnel && settings.tunnel.type == TunnelType::gue && settings.tunnel.port == 0;
  if (settings.upper_threshold > INT_MAX || (mixed && !tunnel) || no_gue_port ||
      !is_usable_address(key.address))
    return refused(std::errc::invalid_argument);
  return {};
}

struct Apply {
  Table& table;

  std::error_code operator()(const AddService& op) const {
    if (const auto reason = objection(op.service, op.settings)) return reason;
    const bool is_new = table.try_emplace(op.service, Service{op.settings, {}}).second;
    return is_new ? std::error_code() : refused(std::errc::file_exists);
  }
  std::error_code operator()(const SetService& op) const {
    const auto service = table.find(op.service);
    if (service == table.end()) return refused(std::errc::no_such_process);
    if (const auto reason = objection(op.service, op.settings)) return reason;
    service->second.settings = op.settings;
    return {};
  }
  std::error_code operator()(const RemoveService& op) const {
    return table.erase(op.service) != 0 ? std::error_code() : refused(std::errc::no_such_process);
  }
  std::error_code operator()(const AddDestination& op) const {
    const auto service = table.find(op.service);
    if (service == table.end()) return refused(std::errc::no_such_process);
    if (const auto reason = objection(op.service, op.destination, op.settings)) return reason;
    const bool is_new = service->second.destinations.emplace(op.destination, op.settings).second;
    return is_new ? std::error_code() : refused(std::errc::file_exists);
  }
  std::error_code operator()(const SetDestination& op) const {
    const auto service = table.find(op.service);
    if (service == table.end()) return refused(std::errc::no_such_process);
    if (const auto reason = objection(op.service, op.destination, op.settings)) return reason;
    const auto destination = service->second.destinations.find(op.destination);
    if (destination == service->second.destinations.end())
      return refused(std::errc::no_such_file_or_directory);
    destination->second = op.settings;
    return {};
  }
  std::error_code operator()(const RemoveDestination& op) const {
    const auto service = table.find(op.service);
    if (service == table.end()) return refused(std::errc::no_such_process);
    return service->second.destinations.erase(op.destination) != 0
               ? std::error_code()
               : refused(std::errc::no_such_file_or_directory);
  }
};

}  // namespace

std::error_code apply(Table& table, const Op& op) {
  return std::visit(Apply{table}, op);
}

}  // namespace lvsd
