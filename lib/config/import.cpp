#include "config/import.h"

#include <utility>

#include "config/codes.h"
#include "config/entries.h"
#include "config/ipvsadm_rules.h"
#include "config/utf8.h"

namespace lvsd {

namespace {

// Notes on spelling are of no interest any more: the new file has the new words.
bool is_left_behind(const Diagnostic& diagnostic) {
  return diagnostic.severity != Severity::note;
}

std::string comment(const Loaded& loaded, const std::string& path) {
  std::string out = "# Made from " + utf8::printable(path) + ".\n";
  std::string list;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (is_left_behind(diagnostic))
      list += utf8::printable("#   " + diagnostic.where.file + ":" +
                              std::to_string(diagnostic.where.line) + ": " + diagnostic.message +
                              " [" + diagnostic.code + "]") +
              "\n";
  if (list.empty()) return out + "\n";
  return out + "# To look at:\n" + list + "\n";
}

}  // namespace

Imported imported(const std::string& path, const Files& files, LoadOptions options) {
  options.lenient = true;
  Imported out;
  out.loaded = load(path, files, options);
  if (out.loaded.config)
    out.text = comment(out.loaded, path) +
               configuration_text(*out.loaded.config, Detail::changed, nullptr);
  return out;
}

Imported imported_rules(const std::string& path, const Files& files, LoadOptions options) {
  const auto text = files.read(path);
  if (text) return imported_rules(*text, path, std::move(options));
  Imported out;
  out.loaded.diagnostics.push_back({.severity = Severity::error,
                                    .code = lvsd::text(Code::unreadable),
                                    .message = lvsd::text(text.error()),
                                    .hint = {},
                                    .where = {.file = path},
                                    .source_line = {},
                                    .included_from = {}});
  return out;
}

Imported imported_rules(const std::string& text, const std::string& name, LoadOptions options) {
  RulesRead rules = rules_read(text, name);
  Imported out;
  out.loaded.diagnostics = std::move(rules.diagnostics);
  if (has_errors(out.loaded.diagnostics)) return out;
  // What lvsd says of it is what it says of any file.
  const std::string made = configuration_text(rules.config, Detail::changed, nullptr);
  const Files only{.read = [&made](const std::string&) -> Result<std::string> { return made; },
                   .glob = [](const std::string&) { return Result<std::vector<std::string>>(); },
                   .executable = {}};
  options.lenient = false;
  out.loaded = load(name, only, options);
  if (out.loaded.config) out.text = comment(out.loaded, name) + made;
  return out;
}

}  // namespace lvsd
