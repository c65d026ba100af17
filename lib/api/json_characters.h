#pragma once

// How JSON spells what is neither a text nor a list nor an object, and which bytes of a text are
// nothing but themselves; both who reads JSON and who indents it ask.

#include <array>
#include <string_view>

namespace lvsd::api {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// Bytes that end no text, begin no escape, are ASCII and obeyed by no terminal.
inline constexpr auto plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7f; ++c)
    plain[c] = c != '"' && c != '\\';
  return plain;
}();
constexpr bool is_plain(char c) {
  return plain_bytes[static_cast<unsigned char>(c)];
}

// A byte that may stand in a number, true, false or null.
constexpr bool is_of_literal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
         c == 'E';
}

// Whether all of it is one number of JSON, or true, false or null.
bool is_literal(std::string_view word);

}  // namespace lvsd::api
