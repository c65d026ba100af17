#include "config/quoting.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "config/characters.h"
#include "config/definitions.h"

namespace lvsd {

namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char single_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'E':
      return '\033';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

// What the escape that `text` starts with (after the backslash) stands for; removes it.
char take_escape(std::string_view& text) {
  const char first = text.front();
  if (is_octal(first)) {
    int value = 0;
    for (int digits = 0; digits < 3 && !text.empty() && is_octal(text.front()); ++digits) {
      value = value * 8 + (text.front() - '0');
      text.remove_prefix(1);
    }
    return static_cast<char>(value);
  }
  text.remove_prefix(1);
  if (first == 'x' && text.size() >= 2 && hex_value(text[0]) >= 0 && hex_value(text[1]) >= 0) {
    const int value = hex_value(text[0]) * 16 + hex_value(text[1]);
    text.remove_prefix(2);
    return static_cast<char>(value);
  }
  if (first == 'c' && !text.empty()) {
    const char control = static_cast<char>(text.front() & 0x1f);
    text.remove_prefix(1);
    return control;
  }
  return single_escape(first);
}

}  // namespace

QuotedWords rich_words(std::string_view text, bool escapes) {
  QuotedWords out;
  while (true) {
    text.remove_prefix(indentation(text));
    if (text.empty()) return out;
    const char* const begin = text.data();
    std::string word;
    char quote = '\0';
    while (!text.empty() && (quote != '\0' || !is_blank(text.front()))) {
      const char c = text.front();
      text.remove_prefix(1);
      if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = '\0';
      } else if (escapes && c == '\\' && !text.empty()) {
        word += take_escape(text);
      } else {
        word += c;
      }
    }
    out.unterminated = out.unterminated || quote != '\0';
    out.words.push_back(std::move(word));
    out.pieces.emplace_back(begin, static_cast<std::size_t>(text.data() - begin));
  }
}

namespace {

// Of a plain word in double quotes: a dollar that would be read as a reference is made one that
// stands for it.
std::string without_references(const std::string& word) {
  std::string out;
  for (std::size_t at = 0; at < word.size(); ++at) {
    const bool is_reference = word[at] == '$' && is_quoted_reference(word.substr(at));
    out += is_reference ? "${_DOLLAR}" : word.substr(at, 1);
  }
  return out;
}

// What means itself outside of quotes, to keepalived's first reading of a line as well.
bool is_plain(char c) {
  return is_name(c) || (c != '\0' && std::string_view("/.:=,@%+-<>?*~^&|;()[]").find(c) !=
                                         std::string_view::npos);
}

std::string octal(char c) {
  const auto byte = static_cast<unsigned char>(c);
  std::string out = "\\";
  for (const int shift : {6, 3, 0})
    out += static_cast<char>('0' + ((byte >> shift) & 7));
  return out;
}

}  // namespace

std::string plain_word(const std::string& word) {
  const bool is_line_start = !word.empty() && (word.front() == '@' || word.front() == '~');
  const bool plain =
      !word.empty() && !is_line_start && std::all_of(word.begin(), word.end(), [](char c) {
        return character_class(c) == CharacterClass::ordinary && c != '\'';
      });
  return plain ? word : "\"" + without_references(word) + "\"";
}

std::string rich_word(const std::string& word, char quote) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string out(1, quote);
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '"' || c == quote || c == '$' || byte < ' ' || byte == 0x7f) {
      out += octal(c);
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace lvsd
