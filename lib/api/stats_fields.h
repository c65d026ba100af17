#pragma once

#include "api/fields.h"
#include "api/stats_views.h"

// The fields of the views of stats_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<ThresholdsView> {
  static void visit(auto& thresholds, auto& field) {
    field("upper", thresholds.upper);
    field("lower", thresholds.lower);
  }
};

template <>
struct Fields<ServerStatsView> {
  static void visit(auto& server, auto& field) {
    field("server", server.server);
    field("role", server.role);
    field("state", server.state);
    field("weight", server.weight);
    field("connections", server.connections);
    field("thresholds", server.thresholds);
    field("counters", server.counters);
    field("rates", server.rates);
  }
};

template <>
struct Fields<ServiceStatsView> {
  static constexpr std::string_view kind = "ServiceStats";
  static void visit(auto& service, auto& field) {
    field("service", service.service);
    field("connections", service.connections);
    field("counters", service.counters);
    field("rates", service.rates);
    field("servers", service.servers);
  }
};

template <>
struct Fields<ConnectionCountView> {
  static constexpr std::string_view kind = "ConnectionCount";
  static void visit(auto& count, auto& field) {
    field("protocol", count.protocol);
    field("client", count.client);
    field("service", count.service);
    field("server", count.server);
    field("state", count.state);
    field("count", count.count);
  }
};

template <>
struct Fields<CpuStatsView> {
  static constexpr std::string_view kind = "CpuStats";
  static void visit(auto& stats, auto& field) {
    field("cpu", stats.cpu);
    field("counters", stats.counters);
  }
};

}  // namespace lvsd::api
