#include "model/traffic_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace lvsd {

namespace {

constexpr std::size_t header_lines = 2;

void skip_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
}

std::optional<std::uint64_t> next_hex_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (failure != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<TrafficCounters> next_counters(std::string_view& text) {
  std::array<std::uint64_t, 5> values{};
  for (std::uint64_t& value : values) {
    const auto number = next_hex_number(text);
    if (!number) return std::nullopt;
    value = *number;
  }
  return TrafficCounters{.connections = values[0],
                         .in_packets = values[1],
                         .out_packets = values[2],
                         .in_bytes = values[3],
                         .out_bytes = values[4]};
}

void skip_header(std::string_view& text) {
  for (std::size_t line = 0; line < header_lines; ++line)
    skip_line(text);
}

}  // namespace

std::optional<TrafficCounters> parse_ipvs_stats(std::string_view text) {
  skip_header(text);
  std::string_view numbers = text.substr(0, text.find('\n'));
  return next_counters(numbers);
}

// Their sum follows, in a line that begins with a tilde.
std::optional<std::vector<CpuTraffic>> parse_ipvs_cpu_stats(std::string_view text) {
  skip_header(text);
  std::vector<CpuTraffic> out;
  for (; !text.empty(); skip_line(text)) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.find('~') != line.npos) return out;
    const auto cpu = next_hex_number(line);
    const auto counters = next_counters(line);
    if (!cpu || !counters) return std::nullopt;
    out.push_back({static_cast<std::uint32_t>(*cpu), *counters});
  }
  return std::nullopt;
}

}  // namespace lvsd
