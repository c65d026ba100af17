#include "config/scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/edit_distance.h"
#include "config/characters.h"
#include "model/address.h"

namespace lvsd {

NumberScan scan_number(std::string_view word) {
  NumberScan out;
  const char* const end = word.data() + word.size();
  const auto [stopped, failure] = std::from_chars(word.data(), end, out.value);
  if (failure == std::errc::invalid_argument) return out;
  if (stopped != end) {
    out.outcome = NumberScan::Outcome::suffix;
  } else if (failure == std::errc::result_out_of_range) {
    out.outcome = NumberScan::Outcome::too_large;
  } else {
    out.outcome = NumberScan::Outcome::number;
  }
  return out;
}

namespace {

// Microseconds of a unit; 0: not a unit.
std::int64_t unit_length(std::string_view unit) {
  struct Unit {
    std::string_view name;
    std::int64_t microseconds;
  };
  constexpr std::int64_t second = 1'000'000;
  constexpr auto units = std::to_array<Unit>({{"", second},
                                              {"s", second},
                                              {"ms", 1000},
                                              {"m", 60 * second},
                                              {"h", 3600 * second},
                                              {"d", 86400 * second}});
  for (const Unit& candidate : units)
    if (candidate.name == unit) return candidate.microseconds;
  return 0;
}

struct Decimal {
  std::int64_t whole = 0;
  std::int64_t millionths = 0;
  std::string_view rest;
  bool valid = false;
  bool too_large = false;
};

Decimal decimal(std::string_view word) {
  Decimal out;
  const char* const end = word.data() + word.size();
  const auto [stopped, failure] = std::from_chars(word.data(), end, out.whole);
  if (failure == std::errc::invalid_argument || word.front() == '-') {
    if (word.empty() || word.front() != '.') return out;
  }
  const bool starts_with_point = !word.empty() && word.front() == '.';
  out.too_large = failure == std::errc::result_out_of_range;
  const char* at = starts_with_point ? word.data() : stopped;
  bool digits = !starts_with_point;
  if (at != end && *at == '.') {
    std::int64_t scale = 100'000;
    for (++at; at != end && is_digit(*at); ++at, digits = true) {
      if (scale > 0) out.millionths += (*at - '0') * scale;
      if (scale == 0 && *at >= '5') out.millionths += 1;
      scale = scale > 0 ? scale / 10 : -1;
    }
  }
  out.rest = {at, static_cast<std::size_t>(end - at)};
  out.valid = digits;
  return out;
}

}  // namespace

TimeScan scan_time(std::string_view word) {
  TimeScan out;
  if (word.empty()) return out;
  const Decimal number = decimal(word);
  if (!number.valid) return out;
  const std::int64_t unit = unit_length(number.rest);
  out.unit = !number.rest.empty();
  if (unit == 0) {
    out.outcome = TimeScan::Outcome::suffix;
  } else if (number.too_large ||
             number.whole > std::numeric_limits<std::int64_t>::max() / unit - 1) {
    out.outcome = TimeScan::Outcome::too_large;
  } else {
    out.outcome = TimeScan::Outcome::time;
    out.microseconds = number.whole * unit + number.millionths * unit / 1'000'000;
  }
  return out;
}

std::optional<bool> scan_boolean(std::string_view word) {
  if (word == "on" || word == "true" || word == "yes") return true;
  if (word == "off" || word == "false" || word == "no") return false;
  return std::nullopt;
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool among(std::string_view list, std::string_view word, bool any_case) {
  bool found = false;
  each_word(list, [&](std::string_view candidate) {
    found = found || candidate == word || (any_case && equal_in_any_case(candidate, word));
  });
  return found;
}

std::string_view nearest(std::string_view word, std::string_view list) {
  std::string_view best;
  std::size_t least = forgiven_edits(word.size()) + 1;
  each_word(list, [&](std::string_view candidate) {
    const std::size_t needed = edits(word, candidate, least);
    if (needed >= least) return;
    least = needed;
    best = candidate;
  });
  return best;
}

std::size_t forgiven_edits(std::size_t length) {
  if (length < 3) return 0;
  return length < 6 ? 1 : (length < 12 ? 2 : 3);
}

std::size_t edits(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  return difference >= limit ? limit : std::min(limit, edit_distance(a, b));
}

std::string address_hint(std::string_view word) {
  if (word.find('/') != word.npos) return "an address is wanted here, not a network";
  if (word.find('%') != word.npos) return "an address with a zone cannot be used here";
  if (parse_endpoint(word)) return "write the port as a word of its own";
  if (word.starts_with('[')) return "write an IPv6 address without brackets";
  if (std::any_of(word.begin(), word.end(), [](char c) { return is_name_start(c); }) &&
      word.find(':') == word.npos)
    return "host names are not looked up; write the address";
  return {};
}

}  // namespace lvsd
