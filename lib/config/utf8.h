#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Just enough of UTF-8 to count columns and to show a stranger's line without harm. Bytes that are
// not UTF-8 count as one character each.
namespace lvsd::utf8 {

struct Character {
  char32_t code = 0;  // U+FFFD for a byte that is not UTF-8
  std::string_view bytes;
};

// The first character. REQUIRES: text is not empty.
Character first(std::string_view text);
std::vector<Character> characters(std::string_view text);
std::uint32_t length(std::string_view text);  // in characters

// Columns on a terminal of what `printable` makes of it.
std::uint32_t width(char32_t code);

// The text with what steers a terminal (tab excepted) and broken bytes as U+FFFD each: a line keeps
// its columns, for the caret below.
std::string printable(std::string_view text);

}  // namespace lvsd::utf8
