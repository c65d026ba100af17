#pragma once

#include "api/fields.h"

// The fields of the views of what is asked for and what came of it; how they are described,
// fields.h says.

namespace lvsd::api {

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
    field("operations", wish.operations);
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
    field("rollback", reload.rollback);
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
