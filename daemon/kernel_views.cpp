#include "daemon/kernel_views.h"

#include <fmt/format.h>

#include "daemon/counter_views.h"

namespace lvsd {

namespace {

std::string_view word(TunnelType type) {
  switch (type) {
    case TunnelType::ipip:
      return "ipip";
    case TunnelType::gue:
      return "gue";
    case TunnelType::gre:
      return "gre";
  }
  return "?";
}

std::string_view word(TunnelChecksum checksum) {
  switch (checksum) {
    case TunnelChecksum::none:
      return "none";
    case TunnelChecksum::full:
      return "full";
    case TunnelChecksum::remote:
      return "remote";
  }
  return "?";
}

// As the kernel counts, whether replies pass here or not.
void add_traffic(api::CountersView& counters, api::RatesView& rates, const Traffic& traffic) {
  add(counters, traffic.counters, true);
  add(rates, traffic.rates, true);
}

api::DestinationView destination_view(const DestinationKey& key,
                                      const DestinationSettings& settings) {
  api::DestinationView view{.endpoint = key,
                            .forwarding = std::string(text(settings.forwarding)),
                            .weight = settings.weight,
                            .upper_threshold = settings.upper_threshold,
                            .lower_threshold = settings.lower_threshold};
  if (settings.forwarding == Forwarding::tunnel)
    view.tunnel = {std::string(word(settings.tunnel.type)), settings.tunnel.port,
                   std::string(word(settings.tunnel.checksum))};
  return view;
}

api::DestinationView destination_view(const DestinationKey& key, const DestinationSnapshot& found) {
  api::DestinationView view = destination_view(key, found.settings);
  view.active_connections = found.counters.active_connections;
  view.inactive_connections = found.counters.inactive_connections;
  view.persistent_connections = found.counters.persistent_connections;
  add_traffic(view.counters, view.rates, found.counters.traffic);
  return view;
}

api::KernelServiceView service_view(const ServiceKey& key, const ServiceSettings& settings) {
  api::KernelServiceView view{.key = key,
                              .scheduler = settings.scheduler,
                              .flags = scheduler_flag_names(settings),
                              .persistence_timeout = settings.persistence_timeout};
  if (settings.flags.one_packet) view.flags.emplace_back("ops");
  if (settings.persistence_timeout != 0 && settings.persistence_netmask != host_netmask(key.family))
    view.netmask = netmask_text(settings.persistence_netmask, key.family);
  if (!settings.persistence_engine.empty()) view.engine = settings.persistence_engine;
  return view;
}

api::KernelServiceView service_view(const ServiceKey& key, const ServiceSnapshot& found) {
  api::KernelServiceView view = service_view(key, found.settings);
  add_traffic(view.counters, view.rates, found.traffic);
  for (const auto& [destination, its] : found.destinations)
    view.destinations.push_back(destination_view(destination, its));
  return view;
}

}  // namespace

std::string version_text(const KernelInfo& kernel) {
  return fmt::format("{}.{}.{}", kernel.version >> 16 & 0xff, kernel.version >> 8 & 0xff,
                     kernel.version & 0xff);
}

api::KernelTableView kernel_table_view(const KernelInfo& info, const Snapshot& snapshot,
                                       const std::set<ServiceKey>& ours) {
  api::KernelTableView view{.version = version_text(info),
                            .table_size = info.connection_table_size};
  view.services.reserve(snapshot.size());
  for (const auto& [key, service] : snapshot) {
    view.services.push_back(service_view(key, service));
    view.services.back().ours = ours.contains(key);
  }
  return view;
}

api::KernelTableView wanted_table_view(const KernelInfo& info, const Table& wanted) {
  api::KernelTableView view{.version = version_text(info),
                            .table_size = info.connection_table_size};
  view.services.reserve(wanted.size());
  for (const auto& [key, service] : wanted) {
    api::KernelServiceView& its = view.services.emplace_back(service_view(key, service.settings));
    its.ours = true;
    for (const auto& [destination, settings] : service.destinations)
      its.destinations.push_back(destination_view(destination, settings));
  }
  return view;
}

api::KernelControlsView kernel_controls_view(const Controls& controls) {
  api::KernelControlsView view{.tcp_seconds = controls.timeouts.tcp,
                               .tcp_fin_seconds = controls.timeouts.tcp_fin,
                               .udp_seconds = controls.timeouts.udp};
  for (const auto& [role, daemon] : controls.sync)
    view.sync.push_back({.role = std::string(text(role)),
                         .interface = daemon.interface,
                         .id = daemon.id,
                         .max_length = daemon.max_length,
                         .group = daemon.group,
                         .port = daemon.port,
                         .ttl = daemon.ttl});
  return view;
}

api::DriftEntryView drift_entry_view(const Drift& drift, bool fought_over) {
  api::DriftEntryView view{.kind = std::string(text(drift.kind)),
                           .service = id(drift.service),
                           .found = drift.found,
                           .wanted = drift.wanted,
                           .fought_over = fought_over};
  if (drift.destination) view.server = text(*drift.destination);
  return view;
}

api::DriftEntryView foreign_view(const ServiceKey& key, const ServiceSnapshot& service) {
  return {.kind = "foreign",
          .service = id(key),
          .found = fmt::format("{}, {} servers", text(service.settings, key.family),
                               service.destinations.size())};
}

}  // namespace lvsd
