#include "base/pattern.h"

#include <re2/re2.h>

namespace lvsd {

namespace {

// PCRE's `$` and `\Z` hold before a line feed that ends the text as well; RE2's `$` at the very end
// only, and it has no `\Z`. A body usually ends with a line feed, so this decides checks.
constexpr std::string_view end_of_text = "(?:\\n?\\z)";

// Copies `pattern` with PCRE's ends of text in RE2's words.
std::string translated(std::string_view pattern, bool dollar_is_end) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && pattern.substr(i, 2) == "\\Q") {
      const std::size_t end = std::min(pattern.find("\\E", i), pattern.size());
      out += pattern.substr(i, end - i);
      i = end - 1;
    } else if (c == '\\' && !in_class && pattern.substr(i, 2) == "\\Z") {
      out += end_of_text;
      ++i;
    } else if (c == '\\' && i + 1 < pattern.size()) {
      out += pattern.substr(i++, 2);
    } else if (c == '$' && !in_class && dollar_is_end) {
      out += end_of_text;
    } else {
      // A bracket that comes first in a class, or after its ^, is a member of it.
      if (c == '[' && !in_class) {
        in_class = true;
        out += c;
        if (pattern.substr(i + 1, 1) == "^") out += pattern[++i];
        if (pattern.substr(i + 1, 1) == "]") out += pattern[++i];
        continue;
      }
      const std::size_t posix_end =
          in_class && pattern.substr(i, 2) == "[:" ? pattern.find(":]", i) : std::string_view::npos;
      if (posix_end != std::string_view::npos) {
        out += pattern.substr(i, posix_end + 2 - i);
        i = posix_end + 1;
        continue;
      }
      if (c == ']') in_class = false;
      out += c;
    }
  }
  return out;
}

// The options as RE2 takes them: flags of the compiler, and letters in front of the pattern.
struct Dialect {
  re2::RE2::Options flags;
  std::string letters;
  bool anchored = false;
  bool end_anchored = false;
  bool dollar_endonly = false;
  std::string refusal;
};

void take(Dialect& dialect, std::string_view option) {
  // A byte is a character unless the text is said to be UTF-8.
  if (option == "caseless") {
    dialect.flags.set_case_sensitive(false);
  } else if (option == "dotall") {
    dialect.flags.set_dot_nl(true);
  } else if (option == "multiline") {
    dialect.letters += 'm';
  } else if (option == "ungreedy") {
    dialect.letters += 'U';
  } else if (option == "utf") {
    dialect.flags.set_encoding(re2::RE2::Options::EncodingUTF8);
  } else if (option == "anchored") {
    dialect.anchored = true;
  } else if (option == "endanchored") {
    dialect.end_anchored = true;
  } else if (option == "dollar_endonly") {
    dialect.dollar_endonly = true;
  } else if (option == "literal") {
    dialect.flags.set_literal(true);
    // What follows changes how PCRE2 works, not what a match is, or what RE2 does in any case.
  } else if (option != "no_auto_capture" && option != "dupnames" && option != "no_auto_possess" &&
             option != "no_dotstar_anchor" && option != "no_start_optimize" &&
             option != "no_utf_check" && option != "never_backslash_c" &&
             option != "use_offset_limit" && option != "auto_callout") {
    dialect.refusal = "the option '" + std::string(option) + "' is not supported";
  }
}

Dialect dialect_of(std::string_view options) {
  Dialect dialect;
  dialect.flags.set_log_errors(false);
  dialect.flags.set_encoding(re2::RE2::Options::EncodingLatin1);
  while (!options.empty() && dialect.refusal.empty()) {
    const std::size_t end = std::min(options.find(' '), options.size());
    if (end != 0) take(dialect, options.substr(0, end));
    options.remove_prefix(std::min(end + 1, options.size()));
  }
  return dialect;
}

std::string spelled(const Dialect& dialect, std::string_view pattern) {
  if (dialect.flags.literal()) return std::string(pattern);
  const bool multiline = dialect.letters.find('m') != std::string::npos;
  std::string out = translated(pattern, !multiline && !dialect.dollar_endonly);
  if (dialect.anchored || dialect.end_anchored) out = "(?:" + out + ")";
  if (dialect.anchored) out = "\\A" + out;
  if (dialect.end_anchored) out += "\\z";
  if (!dialect.letters.empty()) out = "(?" + dialect.letters + ")" + out;
  return out;
}

}  // namespace

Pattern::Pattern(std::string_view pattern, std::string_view options) {
  const Dialect dialect = dialect_of(options);
  refusal_ = dialect.refusal;
  if (!is_valid()) return;
  compiled_ = std::make_unique<re2::RE2>(spelled(dialect, pattern), dialect.flags);
  if (!compiled_->ok()) refusal_ = compiled_->error();
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::matches(std::string_view text, std::size_t from, std::size_t to) const {
  if (from > text.size()) return false;
  const re2::StringPiece subject(text.data(), text.size());
  // Where a match starts costs a second pass, so it is asked for only where it counts.
  if (to == 0)
    return compiled_->Match(subject, from, subject.size(), re2::RE2::UNANCHORED, nullptr, 0);
  re2::StringPiece found;
  return compiled_->Match(subject, from, subject.size(), re2::RE2::UNANCHORED, &found, 1) &&
         static_cast<std::size_t>(found.data() - subject.data()) < to;
}

}  // namespace lvsd
