#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "config/compile.h"
#include "config/keywords.h"
#include "config/quoting.h"
#include "config/scan.h"
#include "config/subject.h"

namespace lvsd {

// The table's parts, and the words its rows are written with.

std::span<const Keyword> root_rows();
std::span<const Keyword> global_rows();
std::span<const Keyword> process_rows();
std::span<const Keyword> watching_rows();
std::span<const Keyword> service_rows();
std::span<const Keyword> server_rows();
std::span<const Keyword> check_rows();
std::span<const Keyword> probe_rows();
std::span<const Keyword> probe_rows_ours();
std::span<const Keyword> http_rows();
std::span<const Keyword> inert_rows();
std::span<const Keyword> vrrp_rows();

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
constexpr Argument port() {
  return {.kind = ArgumentKind::port, .least = 1, .most = 65535};
}
// 0 stands for none, as keepalived takes it in the headers of servers.
constexpr Argument optional_port() {
  return {.kind = ArgumentKind::port, .optional = true, .least = 0, .most = 65535};
}
constexpr Argument choice(std::string_view choices, std::string_view label = {}) {
  return {.kind = ArgumentKind::choice, .label = label, .choices = choices};
}
constexpr Argument choice_in_any_case(std::string_view choices) {
  return {.kind = ArgumentKind::choice, .choices = choices, .any_case = true};
}
constexpr Argument word(std::string_view label) {
  return {.kind = ArgumentKind::word, .label = label};
}
constexpr Argument words(std::string_view label) {
  return {.kind = ArgumentKind::words, .label = label};
}
constexpr Argument script() {
  return {.kind = ArgumentKind::script, .label = "\"PROGRAM ARGUMENT…\" [USER [GROUP]]"};
}
constexpr Argument optional(Argument argument) {
  argument.optional = true;
  return argument;
}

// A keyword that is known, checked and not acted on.
constexpr Keyword inert(std::string_view name, Blocks blocks, std::string_view help,
                        Argument first = {}, Argument second = {}, Argument third = {}) {
  return {.name = name,
          .blocks = blocks,
          .arguments = {first, second, third},
          .help = help,
          .effect = Effect::inert,
          .excess_ignored = first.kind == ArgumentKind::none};
}
constexpr Keyword inert_block(std::string_view name, Blocks blocks, Block opened,
                              std::string_view help, Argument first = {}) {
  Keyword row = inert(name, blocks, help, first);
  row.opens = Opens::block;
  row.block = opened;
  return row;
}
// A block of lines that are not looked into.
constexpr Keyword inert_list(std::string_view name, Blocks blocks, std::string_view help,
                             Argument first = {}) {
  Keyword row = inert_block(name, blocks, Block::list, help, first);
  row.line = [](Compiler&, const Statement&) {};
  return row;
}
constexpr Keyword also_spelled(Keyword row, std::string_view aliases) {
  row.aliases = aliases;
  return row;
}

// How values are written.
inline std::string spelled(bool value) {
  return value ? "yes" : "no";
}
std::string spelled(Duration value);            // "0.5", in seconds
std::string spelled(const Script& script);      // "\"/bin/x a\" user group"
std::string spelled(const Endpoint& endpoint);  // "10.0.0.1 80"; without a port where it is 0
std::optional<std::string> spelled_word(const std::string& word);  // nothing for an empty one
std::optional<std::string> spelled_script(const Script& script);
template <class T>
std::optional<std::string> spelled(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Duration>) {
    return spelled(*value);
  } else {
    return std::to_string(*value);
  }
}

}  // namespace rows

}  // namespace lvsd
