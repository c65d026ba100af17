#include "config/import.h"

#include <utility>

#include "config/codes.h"
#include "config/entries.h"
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

}  // namespace lvsd
