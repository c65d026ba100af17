#include "api/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace lvsd::api {
namespace {

struct Scaled {
  std::string number;
  char prefix = 0;  // 0: none
};

// Two digits or more: 9.96 thousand is "10K", not "10.0K"; 999,600 is "1.0M", not "1000K".
Scaled scaled(std::uint64_t amount) {
  if (amount < 1000) return {std::to_string(amount), 0};
  double value = static_cast<double>(amount);
  std::size_t step = 0;
  constexpr std::string_view prefixes = "KMGTPE";
  do {
    value /= 1000;
    ++step;
  } while (value >= 999.5 && step < prefixes.size());
  return {value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value),
          prefixes[step - 1]};
}

}  // namespace

std::string amount_text(std::uint64_t amount) {
  const auto [number, prefix] = scaled(amount);
  return prefix == 0 ? number : number + prefix;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes == 0) return "0";
  const auto [number, prefix] = scaled(bytes);
  if (prefix == 0) return number + " B";
  return number + ' ' + (prefix == 'K' ? 'k' : prefix) + 'B';
}

std::string amount_text(std::optional<std::uint64_t> amount) {
  return amount ? amount_text(*amount) : "-";
}

std::string bytes_text(std::optional<std::uint64_t> bytes) {
  return bytes ? bytes_text(*bytes) : "-";
}

std::string duration_text(double seconds) {
  struct Unit {
    std::uint64_t seconds;
    char letter;
  };
  static constexpr Unit units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  constexpr double longest = 1e12;  // thirty thousand years
  if (seconds > 0 && seconds < 1) return fmt::format("{:.0f}ms", std::ceil(seconds * 1000));
  auto left = static_cast<std::uint64_t>(seconds > 0 ? std::min(seconds, longest) : 0);
  std::string out;
  for (const Unit& unit : units) {
    const auto count = left / unit.seconds;
    left %= unit.seconds;
    // The unit after the first is the last, even when it is nought and not shown.
    if (!out.empty()) return count == 0 ? out : out + std::to_string(count) + unit.letter;
    if (count > 0) out = std::to_string(count) + unit.letter;
  }
  return out.empty() ? "0s" : out;
}

std::string period_text(double seconds) {
  const double minutes = std::floor(seconds / 60);
  const double rest = std::round((seconds - 60 * minutes) * 1000) / 1000;
  if (minutes < 1) return fmt::format("{:g}s", rest);
  return rest > 0 ? fmt::format("{:g}m{:g}s", minutes, rest) : fmt::format("{:g}m", minutes);
}

std::string latency_text(double seconds) {
  if (seconds >= 10) return duration_text(seconds);
  const double milliseconds = std::max(0.0, seconds * 1000);
  return milliseconds < 0.95 ? fmt::format("{:.1f}ms", milliseconds)
                             : fmt::format("{:.0f}ms", milliseconds);
}

std::string age_text(const std::optional<api::Moment>& since, const api::Moment& now) {
  if (!since) return "-";
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.at - since->at);
  return duration_text(static_cast<double>(seconds.count()));
}

}  // namespace lvsd::api
