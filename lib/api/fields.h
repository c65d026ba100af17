#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include "api/json.h"
#include "api/views.h"

// The fields of every view, each named once. The writer and the reader of json.cpp are visitors of
// this description, so what is written can be read back, in this order:
//   visitor(name, value)   a field
//   visitor.flat(value)    a part whose fields stand among those of its owner
// `kind` is what the envelope calls a view that can be a body; a list of them is a "…List".

namespace lvsd::api {

template <class View>
struct Fields;

template <class T>
concept Described = requires {
  sizeof(Fields<T>);
};

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

inline constexpr std::string_view api_version = "lvs/v1";

// A service's key as JSON has it: an address service has no mark, a mark no address.
struct KeyFields {
  std::optional<Protocol> protocol;
  std::optional<Address> address;
  std::optional<std::uint16_t> port;
  std::optional<std::uint32_t> fwmark;
  std::optional<Family> family;
};

template <>
struct Fields<KeyFields> {
  static void visit(auto& key, auto& field) {
    field("protocol", key.protocol);
    field("address", key.address);
    field("port", key.port);
    field("fwmark", key.fwmark);
    field("family", key.family);
  }
};

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
struct Fields<CheckResultView> {
  static void visit(auto& last, auto& field) {
    field("result", last.result);
    field("code", last.code);
    field("text", last.text);
    field("duration_seconds", last.duration_seconds);
    field("age_seconds", last.age_seconds);
  }
};

template <>
struct Fields<PhasesView> {
  static void visit(auto& phases, auto& field) {
    field("resolve", phases.resolve);
    field("connect", phases.connect);
    field("tls", phases.tls);
    field("first_byte", phases.first_byte);
  }
};

template <>
struct Fields<PastResultView> {
  static void visit(auto& past, auto& field) {
    Fields<CheckResultView>::visit(past.result, field);
    field("verdict", past.verdict);
    field("at", past.at);
    field("phases_seconds", past.phases_seconds);
    field("source", past.source);
    field("output", past.output);
  }
};

template <>
struct Fields<CheckHistoryView> {
  static constexpr std::string_view kind = "CheckHistory";
  static void visit(auto& check, auto& field) {
    field("kind", check.kind);
    field("target", check.target);
    field("interval_seconds", check.interval_seconds);
    field("paused", check.paused);
    field("servers", check.servers);
    field("state", check.state);
    field("results", check.results);
  }
};

template <>
struct Fields<DigestView> {
  static constexpr std::string_view kind = "Digest";
  static void visit(auto& view, auto& field) {
    field("digest", view.digest);
    field("result", view.result);
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
    field("interval_seconds", check.interval_seconds);
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
    field("config", service.config);
    field("servers", service.servers);
  }
};

template <>
struct Fields<EntryCounts> {
  static void visit(auto& counts, auto& field) {
    field("services", counts.services);
    field("servers", counts.servers);
  }
};

template <>
struct Fields<KernelView> {
  static void visit(auto& kernel, auto& field) {
    field("ipvs_version", kernel.ipvs_version);
    field("table_size", kernel.table_size);
    field("ours", kernel.ours);
    field("foreign", kernel.foreign);
    field("error", kernel.error);
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

template <>
struct Fields<DriftView> {
  static void visit(auto& drift, auto& field) {
    field("missing", drift.missing);
    field("extra", drift.extra);
    field("changed", drift.changed);
    field("repaired", drift.repaired);
    field("audited", drift.audited);
  }
};

template <>
struct Fields<ConfigFileView> {
  static void visit(auto& config, auto& field) {
    field("file", config.file);
    field("loaded", config.loaded);
    field("changed", config.changed);
  }
};

template <>
struct Fields<CheckCounts> {
  static void visit(auto& checks, auto& field) {
    field("running", checks.running);
    field("pass", checks.pass);
    field("fail", checks.fail);
    field("paused", checks.paused);
    field("slowest_seconds", checks.slowest_seconds);
  }
};

template <>
struct Fields<AttentionView> {
  static void visit(auto& attention, auto& field) {
    field("severity", attention.severity);
    field("target", attention.target);
    field("text", attention.text);
    field("since", attention.since);
  }
};

template <>
struct Fields<StatusView> {
  static constexpr std::string_view kind = "Status";
  static void visit(auto& status, auto& field) {
    field("version", status.version);
    field("host", status.host);
    field("pid", status.pid);
    field("uptime_seconds", status.uptime_seconds);
    field("state", status.state);
    field("config", status.config);
    field("kernel", status.kernel);
    field("drift", status.drift);
    field("checks", status.checks);
    field("services", status.services);
    field("attention", status.attention);
  }
};

template <>
struct Fields<ReadinessView> {
  static constexpr std::string_view kind = "Readiness";
  static void visit(auto& readiness, auto& field) {
    field("ready", readiness.ready);
    field("reasons", readiness.reasons);
  }
};

template <>
struct Fields<VersionView> {
  static constexpr std::string_view kind = "Version";
  static void visit(auto& version, auto& field) {
    field("version", version.version);
    field("ipvs_version", version.ipvs_version);
    field("kernel_release", version.kernel_release);
  }
};

template <>
struct Fields<DiagnosticView> {
  static void visit(auto& diagnostic, auto& field) {
    field("severity", diagnostic.severity);
    field("code", diagnostic.code);
    field("file", diagnostic.file);
    field("line", diagnostic.line);
    field("column", diagnostic.column);
    field("message", diagnostic.message);
    field("hint", diagnostic.hint);
    field("text", diagnostic.text);
  }
};

template <>
struct Fields<ChangeCounts> {
  static void visit(auto& counts, auto& field) {
    field("added", counts.added);
    field("changed", counts.changed);
    field("removed", counts.removed);
  }
};

template <>
struct Fields<WishView> {
  static constexpr std::string_view kind = "Wish";
  static void visit(auto& wish, auto& field) {
    field("service", wish.service);
    field("server", wish.server);
    field("before", wish.before);
    field("after", wish.after);
    field("text", wish.text);
    field("undo", wish.undo);
  }
};

template <>
struct Fields<OverrideView> {
  static constexpr std::string_view kind = "Override";
  static void visit(auto& entry, auto& field) {
    field("target", entry.target);
    field("what", entry.what);
    field("config", entry.config);
    field("now", entry.now);
    field("user", entry.user);
    field("uid", entry.uid);
    field("reason", entry.reason);
    field("since", entry.since);
    field("until", entry.until);
  }
};

template <>
struct Fields<ChangeView> {
  static void visit(auto& change, auto& field) {
    field("kind", change.kind);
    field("service", change.service);
    field("server", change.server);
    field("what", change.what);
    field("before", change.before);
    field("after", change.after);
  }
};

template <>
struct Fields<ReloadView> {
  static constexpr std::string_view kind = "Reload";
  static void visit(auto& reload, auto& field) {
    field("state", reload.state);
    field("previous_generation", reload.previous_generation);
    field("services", reload.services);
    field("servers", reload.servers);
    field("changes", reload.changes);
    field("failures", reload.failures);
    field("diagnostics", reload.diagnostics);
    field("duration_seconds", reload.duration_seconds);
  }
};

template <>
struct Fields<ProblemView> {
  static void visit(auto& problem, auto& field) {
    field("type", problem.type);
    field("title", problem.title);
    field("status", problem.status);
    field("detail", problem.detail);
    field("target", problem.target);
    field("near", problem.near);
    field("diagnostics", problem.diagnostics);
  }
};

}  // namespace lvsd::api
