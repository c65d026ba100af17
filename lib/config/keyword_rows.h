#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "config/compile.h"
#include "config/keywords.h"

namespace lvsd {

// The table's parts, and the words its rows are written with.

std::span<const Keyword> global_rows();
std::span<const Keyword> service_rows();
std::span<const Keyword> server_rows();
std::span<const Keyword> check_rows();

namespace rows {

inline constexpr std::int64_t int32_most = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t uint32_most = std::numeric_limits<std::uint32_t>::max();
// The longest time: 68 years, so that sums of several fit everywhere.
inline constexpr std::int64_t longest = int32_most * 1'000'000;

constexpr Argument number(std::int64_t least, std::int64_t most, std::string_view label = {}) {
  return {.kind = ArgumentKind::number, .label = label, .least = least, .most = most};
}
// Bounds in microseconds.
constexpr Argument time(std::int64_t least = 0, std::int64_t most = longest) {
  return {.kind = ArgumentKind::time, .least = least, .most = most};
}
constexpr Argument boolean() {
  return {.kind = ArgumentKind::boolean, .optional = true};
}
constexpr Argument address() {
  return {.kind = ArgumentKind::address};
}
// 0 stands for none, as keepalived takes it in the headers of servers.
constexpr Argument optional_port() {
  return {.kind = ArgumentKind::port, .optional = true, .least = 0, .most = 65535};
}
constexpr Argument choice(std::string_view choices, std::string_view label = {}) {
  return {.kind = ArgumentKind::choice, .label = label, .choices = choices};
}
constexpr Argument word(std::string_view label) {
  return {.kind = ArgumentKind::word, .label = label};
}
constexpr Argument words(std::string_view label) {
  return {.kind = ArgumentKind::words, .label = label};
}
constexpr Argument optional(Argument argument) {
  argument.optional = true;
  return argument;
}

}  // namespace rows

}  // namespace lvsd
