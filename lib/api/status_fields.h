#pragma once

#include "api/control_fields.h"
#include "api/fields.h"

// The fields of the views of the daemon as a whole; how they are described, fields.h says.

namespace lvsd::api {

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
struct Fields<RollbackView> {
  static void visit(auto& rollback, auto& field) {
    field("restored", rollback.restored);
    field("file_says_otherwise", rollback.file_says_otherwise);
    field("back_to", rollback.back_to);
    field("confirm_until", rollback.confirm_until);
  }
};

template <>
struct Fields<ConfigFileView> {
  static void visit(auto& config, auto& field) {
    field("file", config.file);
    field("loaded", config.loaded);
    field("changed", config.changed);
    field("rollback", config.rollback);
  }
};

template <>
struct Fields<VipView> {
  static void visit(auto& vip, auto& field) {
    field("address", vip.address);
    field("interface", vip.interface);
    field("local", vip.local);
  }
};

template <>
struct Fields<VipsView> {
  static void visit(auto& vips, auto& field) {
    field("total", vips.total);
    field("missing", vips.missing);
    field("addresses", vips.addresses);
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
    field("controls", status.controls);
    field("vips", status.vips);
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
    field("warnings", readiness.warnings);
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

}  // namespace lvsd::api
