#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace lvsd {

// The whole of `text` as a decimal number of type T; nothing if any character is left over, if it
// does not fit, or if it is empty. No sign for unsigned types, no blanks, no prefixes.
template <std::integral T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace lvsd
