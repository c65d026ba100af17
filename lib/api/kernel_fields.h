#pragma once

#include "api/fields.h"
#include "api/kernel_views.h"

// The fields of the views of kernel_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<TunnelView> {
  static void visit(auto& tunnel, auto& field) {
    field("type", tunnel.type);
    field("port", tunnel.port);
    field("checksum", tunnel.checksum);
  }
};

template <>
struct Fields<DestinationView> {
  static void visit(auto& destination, auto& field) {
    field("address", destination.endpoint.address);
    field("port", destination.endpoint.port);
    field("forwarding", destination.forwarding);
    field("tunnel", destination.tunnel);
    field("weight", destination.weight);
    field("upper_threshold", destination.upper_threshold);
    field("lower_threshold", destination.lower_threshold);
    field("active_connections", destination.active_connections);
    field("inactive_connections", destination.inactive_connections);
    field("persistent_connections", destination.persistent_connections);
    field("counters", destination.counters);
    field("rates", destination.rates);
  }
};

template <>
struct Fields<KernelServiceView> {
  static void visit(auto& service, auto& field) {
    field.flat(service.key);
    field("ours", service.ours);
    field("scheduler", service.scheduler);
    field("flags", service.flags);
    field("persistence_timeout_seconds", service.persistence_timeout);
    field("netmask", service.netmask);
    field("engine", service.engine);
    field("counters", service.counters);
    field("rates", service.rates);
    field("destinations", service.destinations);
  }
};

template <>
struct Fields<KernelTableView> {
  static constexpr std::string_view kind = "KernelTable";
  static void visit(auto& table, auto& field) {
    field("version", table.version);
    field("table_size", table.table_size);
    field("services", table.services);
  }
};

template <>
struct Fields<DriftEntryView> {
  static constexpr std::string_view kind = "DriftEntry";
  static void visit(auto& drift, auto& field) {
    field("kind", drift.kind);
    field("service", drift.service);
    field("server", drift.server);
    field("found", drift.found);
    field("wanted", drift.wanted);
    field("fought_over", drift.fought_over);
  }
};

}  // namespace lvsd::api
