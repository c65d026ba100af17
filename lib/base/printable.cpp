#include "base/printable.h"

#include "base/utf8.h"

namespace lvsd {

namespace {

constexpr std::string_view ellipsis = "...";

std::string hexadecimal(std::string_view prefix, char32_t number, unsigned digits) {
  std::string out(prefix);
  while (digits-- > 0)
    out += "0123456789abcdef"[(number >> (4 * digits)) & 15];
  return out;
}

std::string escaped(char32_t character) {
  switch (character) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
  }
  return character < 0x100 ? hexadecimal("\\x", character, 2) : hexadecimal("\\u", character, 4);
}

std::string shown(unsigned char byte) {
  if (byte == '\\') return "\\\\";
  const bool is_shown = byte >= 0x20 && byte < 0x7f;
  return is_shown ? std::string(1, static_cast<char>(byte)) : escaped(byte);
}

std::string printable_text(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const auto character = next_character(text);
    const std::string_view bytes = before.substr(0, before.size() - text.size());
    if (!character)
      out += escaped(static_cast<unsigned char>(bytes.front()));
    else if (steers(*character) && !(keep_lines && *character == '\n'))
      out += escaped(*character);
    else
      out += bytes;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t most) {
  std::string out;
  std::size_t fits = 0;  // what can stand in front of an ellipsis
  for (const char c : bytes) {
    out += shown(static_cast<unsigned char>(c));
    if (out.size() + ellipsis.size() <= most) fits = out.size();
    if (out.size() > most) {
      out.resize(fits);
      return out.append(ellipsis);
    }
  }
  return out;
}

std::string printable_line(std::string_view line) {
  return printable_text(line, false);
}

std::string printable_lines(std::string_view text) {
  return printable_text(text, true);
}

}  // namespace lvsd
