#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

// What is wrong with a configuration file, or worth knowing of it. Made by `load`, shown by
// `lvsctl config check`, by a refused reload and by `lvsd --check-config`.

enum class Severity : std::uint8_t { note, warning, error };
std::string_view text(Severity severity);  // "error"

// A stretch of a file. Line and column count from 1, the column in characters; line 0 means the
// file as a whole.
struct Where {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 0;  // characters to underline

  bool operator==(const Where&) const = default;
};
std::string text(const Where& where);  // "/etc/lvsd/lvsd.conf:14:9"

struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;  // "LVC010", stable (lib/config/codes.h)
  std::string message;
  std::string hint;  // "did you mean 'weight'?"; may be empty
  Where where;
  std::string source_line;           // as it stands in the file; may be empty
  std::vector<Where> included_from;  // the include lines that led here, innermost first

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);

// As a good compiler shows it: "file:14:9: error: message — hint [LVC010]", the source line, and a
// caret under the word. Ends with a newline. `colour` adds ANSI sequences.
std::string text(const Diagnostic& diagnostic, bool colour = false);
std::string text(const Diagnostics& diagnostics, bool colour = false);

}  // namespace lvsd
