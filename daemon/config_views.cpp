#include "daemon/config_views.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "base/printable.h"
#include "config/report.h"

namespace lvsd {

namespace {

std::string_view text(Entry::Source source) {
  switch (source) {
    case Entry::Source::written:
      return "written";
    case Entry::Source::inherited:
      return "inherited";
    case Entry::Source::fallback:
      return "default";
  }
  return "?";
}

std::string_view text(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::added:
      return "added";
    case Change::Kind::removed:
      return "removed";
    case Change::Kind::changed:
      return "changed";
  }
  return "?";
}

Change::Kind kind_of(std::string_view word) {
  for (const Change::Kind kind : {Change::Kind::added, Change::Kind::removed})
    if (word == text(kind)) return kind;
  return Change::Kind::changed;
}

class EntryViews {
 public:
  // Null files: origins are not told.
  explicit EntryViews(const std::vector<std::string>* files) : files_(files) {}

  api::EntryView view(const Entry& entry) const {
    api::EntryView out{.keyword = entry.word, .arguments = entry.arguments};
    if (files_ != nullptr && entry.keyword != nullptr) locate(entry, out);
    if (entry.is_block) out.block = views(entry.block);
    return out;
  }
  std::vector<api::EntryView> views(const Entries& entries) const {
    std::vector<api::EntryView> out;
    out.reserve(entries.size());
    for (const Entry& entry : entries)
      out.push_back(view(entry));
    return out;
  }

 private:
  void locate(const Entry& entry, api::EntryView& out) const {
    out.source = text(entry.source);
    if (!entry.origin || entry.origin->line == 0) return;
    out.file = (*files_)[entry.origin->file];
    out.line = entry.origin->line;
  }

  const std::vector<std::string>* files_;
};

}  // namespace

api::DiagnosticView diagnostic_view(const Diagnostic& diagnostic) {
  return {.severity = std::string(text(diagnostic.severity)),
          .code = diagnostic.code,
          .file = diagnostic.where.file,
          .line = diagnostic.where.line,
          .column = diagnostic.where.column,
          .message = diagnostic.message,
          .hint = diagnostic.hint,
          .text = text(diagnostic)};
}

std::vector<api::DiagnosticView> diagnostic_views(const Diagnostics& diagnostics) {
  std::vector<api::DiagnosticView> out;
  for (const Diagnostic& diagnostic : diagnostics)
    out.push_back(diagnostic_view(diagnostic));
  return out;
}

std::string load_trouble(const std::string& what, const Diagnostics& diagnostics) {
  const auto first =
      std::find_if(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& one) { return one.severity == Severity::error; });
  std::string trouble = what + " does not load";
  if (first == diagnostics.end()) return trouble;
  const std::string place = first->where.line == 0 ? "" : text(first->where) + ": ";
  return trouble + ": " + printable_line(place + first->message);
}

Diagnostics without_notes(Diagnostics diagnostics) {
  std::erase_if(diagnostics,
                [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::note; });
  return diagnostics;
}

api::ConfigCheckView check_view(const std::string& file, const Loaded& loaded) {
  Report found = report(file, loaded);
  return {.file = std::move(found.file),
          .valid = found.valid,
          .errors = found.errors,
          .warnings = found.warnings,
          .virtual_servers = found.virtual_servers,
          .real_servers = found.real_servers,
          .modules = std::move(found.modules),
          .diagnostics = diagnostic_views(loaded.diagnostics)};
}

std::vector<api::ChangeView> change_views(const std::vector<Change>& changes) {
  std::vector<api::ChangeView> out;
  out.reserve(changes.size());
  for (const Change& change : changes)
    out.push_back({.kind = std::string(text(change.kind)),
                   .service = change.service,
                   .server = change.server,
                   .what = change.what,
                   .before = change.before,
                   .after = change.after});
  return out;
}

std::vector<Change> changes_of(const std::vector<api::ChangeView>& views) {
  std::vector<Change> out;
  out.reserve(views.size());
  for (const api::ChangeView& view : views)
    out.push_back(
        {kind_of(view.kind), view.service, view.server, view.what, view.before, view.after});
  return out;
}

api::ConfigView config_view(const Config& config, Detail detail, ShownAs as,
                            const Origins* origins) {
  api::ConfigView out;
  if (!config.files.empty()) out.file = config.files.front();
  if (as == ShownAs::text) {
    out.text = configuration_text(config, detail, origins);
    return out;
  }
  const EntryViews convert(origins == nullptr ? nullptr : &config.files);
  out.entries = convert.views(global_entries(config, detail, origins));
  for (const VirtualServer& server : config.virtual_servers)
    out.entries->push_back(convert.view(entry(config, server, detail, origins)));
  return out;
}

namespace {

void hide(std::string& secret) {
  if (!secret.empty()) secret = "********";
}

// Bodies and any header may carry what opens a door, not only what is called credentials.
void hide_secrets(Check& check) {
  if (!std::holds_alternative<HttpCheck>(check.settings->probe)) return;
  CheckSettings settings = *check.settings;
  for (HttpUrl& url : std::get<HttpCheck>(settings.probe).urls) {
    hide(url.credentials);
    hide(url.content);
    for (std::string& header : url.headers)
      header = header.substr(0, header.find(':')) + ": ********";
  }
  check.settings = std::make_shared<const CheckSettings>(std::move(settings));
}

}  // namespace

Config without_secrets(Config config) {
  if (config.global.tls) hide(config.global.tls->password);
  const auto hide_all = [](std::vector<Check>& checks) {
    for (Check& check : checks)
      hide_secrets(check);
  };
  for (VirtualServer& service : config.virtual_servers) {
    for (SorryServer& sorry : service.sorry_servers)
      hide_all(sorry.checks);
    for (RealServer& server : service.real_servers) {
      hide_all(server.checks);
      if (server.backup == nullptr) continue;
      BackupServer backup = *server.backup;
      hide_all(backup.checks);
      server.backup = std::make_shared<const BackupServer>(std::move(backup));
    }
  }
  return config;
}

}  // namespace lvsd
