#pragma once

#include "api/config_views.h"
#include "api/fields.h"

// The fields of the views of config_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<ConfigCheckView> {
  static constexpr std::string_view kind = "ConfigCheck";
  static void visit(auto& check, auto& field) {
    field("file", check.file);
    field("valid", check.valid);
    field("errors", check.errors);
    field("warnings", check.warnings);
    field("virtual_servers", check.virtual_servers);
    field("real_servers", check.real_servers);
    field("modules", check.modules);
    field("diagnostics", check.diagnostics);
  }
};

template <>
struct Fields<EntryView> {
  static void visit(auto& entry, auto& field) {
    field("keyword", entry.keyword);
    field("arguments", entry.arguments);
    field("source", entry.source);
    field("file", entry.file);
    field("line", entry.line);
    field("block", entry.block);
  }
};

template <>
struct Fields<ConfigView> {
  static constexpr std::string_view kind = "Config";
  static void visit(auto& config, auto& field) {
    field("file", config.file);
    field("text", config.text);
    field("entries", config.entries);
  }
};

template <>
struct Fields<ConfigDiffView> {
  static constexpr std::string_view kind = "ConfigDiff";
  static void visit(auto& diff, auto& field) {
    field("file", diff.file);
    field("changes", diff.changes);
    field("operations", diff.operations);
    field("diagnostics", diff.diagnostics);
    field("dropped", diff.dropped);
  }
};

template <>
struct Fields<PastConfigView> {
  static constexpr std::string_view kind = "PastConfig";
  static void visit(auto& past, auto& field) {
    field("generation", past.generation);
    field("first_generation", past.first_generation);
    field("loaded", past.loaded);
    field("how", past.how);
    field("user", past.user);
    field("reason", past.reason);
    field("result", past.result);
    field("in_force", past.in_force);
    field("from_file", past.from_file);
    field("restored", past.restored);
    field("back_to", past.back_to);
    field("confirm_until", past.confirm_until);
    field("services", past.services);
    field("servers", past.servers);
    field("bytes", past.bytes);
  }
};

template <>
struct Fields<ArgumentView> {
  static void visit(auto& argument, auto& field) {
    field("kind", argument.kind);
    field("label", argument.label);
    field("text", argument.text);
    field("optional", argument.optional);
    field("least", argument.least);
    field("most", argument.most);
    field("choices", argument.choices);
  }
};

template <>
struct Fields<KeywordView> {
  static constexpr std::string_view kind = "Keyword";
  static void visit(auto& keyword, auto& field) {
    field("keyword", keyword.keyword);
    field("usage", keyword.usage);
    field("help", keyword.help);
    field("blocks", keyword.blocks);
    field("opens", keyword.opens);
    field("arguments", keyword.arguments);
    field("default", keyword.fallback);
    field("synonyms", keyword.synonyms);
    field("aliases", keyword.aliases);
    field("effect", keyword.effect);
    field("origin", keyword.origin);
    field("inherited", keyword.inherited);
    field("since", keyword.since);
  }
};

}  // namespace lvsd::api
