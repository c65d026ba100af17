#pragma once

#include "api/control_views.h"
#include "api/fields.h"

// The fields of the views of control_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<SyncDaemonView> {
  static void visit(auto& daemon, auto& field) {
    field("role", daemon.role);
    field("interface", daemon.interface);
    field("id", daemon.id);
    field("max_length", daemon.max_length);
    field("group", daemon.group);
    field("port", daemon.port);
    field("ttl", daemon.ttl);
  }
};

template <>
struct Fields<KernelControlsView> {
  static constexpr std::string_view kind = "KernelControls";
  static void visit(auto& controls, auto& field) {
    field("tcp_seconds", controls.tcp_seconds);
    field("tcp_fin_seconds", controls.tcp_fin_seconds);
    field("udp_seconds", controls.udp_seconds);
    field("sync", controls.sync);
  }
};

template <>
struct Fields<TimeoutView> {
  static constexpr std::string_view kind = "Timeout";
  static void visit(auto& timeout, auto& field) {
    field("name", timeout.name);
    field("now", timeout.now);
    field("config", timeout.config);
    field("set", timeout.set);
    field("user", timeout.user);
    field("uid", timeout.uid);
    field("reason", timeout.reason);
    field("since", timeout.since);
    field("agrees", timeout.agrees);
    field("note", timeout.note);
  }
};

template <>
struct Fields<SysctlView> {
  static constexpr std::string_view kind = "Sysctl";
  static void visit(auto& sysctl, auto& field) {
    field("name", sysctl.name);
    field("config", sysctl.config);
    field("why", sysctl.why);
    field("is_set", sysctl.is_set);
    field("now", sysctl.now);
    field("before", sysctl.before);
    field("agrees", sysctl.agrees);
    field("help", sysctl.help);
  }
};

template <>
struct Fields<LogLevelView> {
  static constexpr std::string_view kind = "LogLevel";
  static void visit(auto& log, auto& field) {
    field("level", log.level);
    field("start", log.start);
    field("until", log.until);
  }
};

}  // namespace lvsd::api
