#pragma once

#include "api/fields.h"

// The fields of the views of services, servers and connections; how they are described, fields.h
// says.

namespace lvsd::api {

template <>
struct Fields<CountersView> {
  static void visit(auto& counters, auto& field) {
    field("connections", counters.connections);
    field("in_packets", counters.in_packets);
    field("in_bytes", counters.in_bytes);
    field("out_packets", counters.out_packets);
    field("out_bytes", counters.out_bytes);
  }
};

template <>
struct Fields<RatesView> {
  static void visit(auto& rates, auto& field) {
    field("cps", rates.cps);
    field("in_pps", rates.in_pps);
    field("in_bps", rates.in_bps);
    field("out_pps", rates.out_pps);
    field("out_bps", rates.out_bps);
  }
};

template <>
struct Fields<ConnectionsView> {
  static void visit(auto& connections, auto& field) {
    field("active", connections.active);
    field("inactive", connections.inactive);
    field("persistent", connections.persistent);
    field("max", connections.max);
  }
};

template <>
struct Fields<HealthView> {
  static void visit(auto& health, auto& field) {
    field("state", health.state);
    field("rise", health.rise);
    field("fall", health.fall);
    field("streak", health.streak);
    field("since", health.since);
    field("last", health.last);
  }
};

template <>
struct Fields<CheckView> {
  static void visit(auto& check, auto& field) {
    field("kind", check.kind);
    field("target", check.target);
    field("requests", check.requests);
    field("interval_seconds", check.interval_seconds);
    field("fast_interval_seconds", check.fast_interval_seconds);
    field("down_interval_seconds", check.down_interval_seconds);
    field("retry_seconds", check.retry_seconds);
    field("timeout_seconds", check.timeout_seconds);
    field("health", check.health);
  }
};

template <>
struct Fields<AdminView> {
  static void visit(auto& admin, auto& field) {
    field("state", admin.state);
    field("origin", admin.origin);
    field("user", admin.user);
    field("uid", admin.uid);
    field("reason", admin.reason);
    field("since", admin.since);
    field("until", admin.until);
  }
};

template <>
struct Fields<ServerPolicyView> {
  static void visit(auto& policy, auto& field) {
    field("graceful_shutdown", policy.graceful_shutdown);
    field("drain_timeout_seconds", policy.drain_timeout_seconds);
    field("slow_start_seconds", policy.slow_start_seconds);
    field("backup", policy.backup);
    field("preempt", policy.preempt);
    field("preempt_delay_seconds", policy.preempt_delay_seconds);
    field("on_return", policy.on_return);
    field("backup_at", policy.backup_at);
  }
};

template <>
struct Fields<WeightView> {
  static void visit(auto& weight, auto& field) {
    field("config", weight.config);
    field("wanted", weight.wanted);
    field("kernel", weight.kernel);
  }
};

template <>
struct Fields<ServerView> {
  static constexpr std::string_view kind = "Server";
  static void visit(auto& server, auto& field) {
    field("service", server.service);
    field("server", server.server);
    field("protocol", server.protocol);
    field("address", server.endpoint.address);
    field("port", server.endpoint.port);
    field("role", server.role);
    field("state", server.state);
    field("reason", server.reason);
    field("since", server.since);
    field("forwarding", server.forwarding);
    field("admin", server.admin);
    field("health", server.health);
    field("in_kernel", server.in_kernel);
    field("weight", server.weight);
    field("connections", server.connections);
    field("counters", server.counters);
    field("rates", server.rates);
    field("checks", server.checks);
    field("policy", server.policy);
    field("config", server.config);
  }
};

template <>
struct Fields<ServerCounts> {
  static void visit(auto& count, auto& field) {
    field("up", count.up);
    field("total", count.total);
    field("backup_up", count.backup_up);
  }
};

template <>
struct Fields<ServiceSummary> {
  static void visit(auto& summary, auto& field) {
    field("service", summary.service);
    field.flat(summary.key);
    field("also", summary.also);
    field("scheduler", summary.scheduler);
    field("forwarding", summary.forwarding);
    field("state", summary.state);
    field("pool", summary.pool);
    field("count", summary.count);
    field("connections", summary.connections);
    field("rates", summary.rates);
  }
};

template <>
struct Fields<PersistenceView> {
  static void visit(auto& persistence, auto& field) {
    field("timeout_seconds", persistence.timeout_seconds);
    field("netmask", persistence.netmask);
    field("engine", persistence.engine);
  }
};

template <>
struct Fields<QuorumView> {
  static void visit(auto& quorum, auto& field) {
    field("required", quorum.required);
    field("hysteresis", quorum.hysteresis);
    field("weight", quorum.weight);
    field("total_weight", quorum.total_weight);
    field("holds", quorum.holds);
  }
};

template <>
struct Fields<ServiceView> {
  static constexpr std::string_view kind = "Service";
  static void visit(auto& service, auto& field) {
    Fields<ServiceSummary>::visit(service, field);
    field("since", service.since);
    field("flags", service.flags);
    field("persistence", service.persistence);
    field("quorum", service.quorum);
    field("counters", service.counters);
    field("owner", service.owner);
    field("graceful_removal", service.graceful_removal);
    field("config", service.config);
    field("servers", service.servers);
  }
};

template <>
struct Fields<ConnectionView> {
  static constexpr std::string_view kind = "Connection";
  static void visit(auto& connection, auto& field) {
    field("protocol", connection.protocol);
    field("client", connection.client);
    field("service", connection.service);
    field("server", connection.server);
    field("state", connection.state);
    field("expires_seconds", connection.expires_seconds);
    field("template", connection.is_template);
    field("engine", connection.engine);
    field("engine_data", connection.engine_data);
  }
};

}  // namespace lvsd::api
