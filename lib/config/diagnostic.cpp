#include "config/diagnostic.h"

#include <algorithm>

#include "config/utf8.h"

namespace lvsd {

std::string_view text(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "?";
}

std::string text(const Where& where) {
  if (where.line == 0) return where.file;
  return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

namespace {

constexpr std::string_view bold = "\033[1m";
constexpr std::string_view plain = "\033[0m";

std::string_view tint(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "\033[1;36m";
    case Severity::warning:
      return "\033[1;35m";
    case Severity::error:
      return "\033[1;31m";
  }
  return "";
}

class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string operator()(std::string_view tint, const std::string& words) const {
    if (!colour_) return words;
    return std::string(tint) + words + std::string(plain);
  }

 private:
  bool colour_;
};

std::string stack_text(const Diagnostic& diagnostic) {
  std::string out;
  for (const Where& from : diagnostic.included_from) {
    out += out.empty() ? "In file included from " : "                 from ";
    out += utf8::printable(from.file) + ":" + std::to_string(from.line) + ":\n";
  }
  return out;
}

// The line with the caret: blanks as wide as what stands before the word, tabs kept as tabs so that
// the caret stays under it whatever a tab is worth.
std::string caret(const Diagnostic& diagnostic) {
  std::string out;
  std::uint32_t column = 1;
  std::uint32_t width = 0;
  for (const utf8::Character& c : utf8::characters(diagnostic.source_line)) {
    if (column < diagnostic.where.column) {
      out += c.code == '\t' ? std::string(1, '\t') : std::string(utf8::width(c.code), ' ');
    } else if (column < diagnostic.where.column + diagnostic.where.length) {
      width += utf8::width(c.code);
    }
    ++column;
  }
  return out + "^" + std::string(width > 1 ? width - 1 : 0, '~');
}

std::string excerpt(const Diagnostic& diagnostic, const Painter& paint) {
  const auto number = std::to_string(diagnostic.where.line);
  const std::string gutter = std::string(number.size() < 5 ? 5 - number.size() : 0, ' ') + number;
  return gutter + " | " + utf8::printable(diagnostic.source_line) + "\n" +
         std::string(gutter.size(), ' ') + " | " +
         paint(tint(diagnostic.severity), caret(diagnostic)) + "\n";
}

}  // namespace

std::string text(const Diagnostic& diagnostic, bool colour) {
  const Painter paint(colour);
  std::string out = stack_text(diagnostic);
  if (!diagnostic.where.file.empty())
    out += paint(bold, utf8::printable(text(diagnostic.where)) + ":") + " ";
  out += paint(tint(diagnostic.severity), std::string(text(diagnostic.severity)) + ":") + " ";
  out += utf8::printable(diagnostic.message);
  if (!diagnostic.hint.empty()) out += " — " + utf8::printable(diagnostic.hint);
  out += " [" + diagnostic.code + "]\n";
  if (diagnostic.where.line != 0 && !diagnostic.source_line.empty())
    out += excerpt(diagnostic, paint);
  return out;
}

std::string text(const Diagnostics& diagnostics, bool colour) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics)
    out += text(diagnostic, colour);
  return out;
}

}  // namespace lvsd
