#pragma once

#include <optional>
#include <string_view>

namespace lvsd {

// Takes one character off the front of `rest`. Nothing, and one byte less, where the bytes are not
// UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
// REQUIRES: `rest` is not empty.
std::optional<char32_t> next_character(std::string_view& rest);

// Whether a terminal obeys it, or text with it reads otherwise than it is written: C0 (tab and line
// end too), DEL, C1, marks and overrides of direction, line and paragraph separators.
bool steers(char32_t character);

// Columns on a terminal: 0 for combining marks, 2 for East Asian wide characters and pictographs
// (Unicode 14, in blocks), else 1.
unsigned columns(char32_t character);

}  // namespace lvsd
