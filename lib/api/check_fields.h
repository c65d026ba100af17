#pragma once

#include "api/fields.h"

// The fields of the views of what checks said; how they are described, fields.h says.

namespace lvsd::api {

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
    field("service", check.service);
    field("server", check.server);
    field("kind", check.kind);
    field("target", check.target);
    field("requests", check.requests);
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

}  // namespace lvsd::api
