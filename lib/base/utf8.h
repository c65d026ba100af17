#pragma once

#include <optional>
#include <string_view>

namespace lvsd {

// Takes one character off the front of `rest`. Nothing, and one byte less, where the bytes are not
// UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
// REQUIRES: `rest` is not empty.
std::optional<char32_t> next_character(std::string_view& rest);

}  // namespace lvsd
