#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lvsd {

// What a byte means to the line splitter.
enum class CharacterClass : std::uint8_t {
  ordinary,
  blank,
  quote,    // "
  brace,    // { }
  comment,  // # !
  live,     // $ and backslash: the line needs expansion
  wide,     // first byte of a no-break or ideographic space, perhaps
};

inline constexpr std::array<CharacterClass, 256> character_classes = [] {
  std::array<CharacterClass, 256> table{};
  const auto set = [&table](std::string_view characters, CharacterClass value) {
    for (const char c : characters)
      table[static_cast<unsigned char>(c)] = value;
  };
  set(" \t\v\f\r\n", CharacterClass::blank);
  set("\"", CharacterClass::quote);
  set("{}", CharacterClass::brace);
  set("#!", CharacterClass::comment);
  set("$\\", CharacterClass::live);
  set("\xc2\xe3", CharacterClass::wide);
  return table;
}();

constexpr CharacterClass character_class(char c) {
  return character_classes[static_cast<unsigned char>(c)];
}

constexpr bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_name_start(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

// Bytes of leading blanks.
constexpr std::size_t indentation(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_blank(text[at]))
    ++at;
  return at;
}
std::string_view trimmed(std::string_view text);

// Bytes of the no-break space (U+00A0) or ideographic space (U+3000) that `text` starts with; 0:
// none.
std::size_t wide_blank(std::string_view text);

}  // namespace lvsd
