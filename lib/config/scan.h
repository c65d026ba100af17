#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lvsd {

// Reading of single words. Nothing here knows keywords or positions.

struct NumberScan {
  enum class Outcome : std::uint8_t { number, not_a_number, suffix, too_large };
  Outcome outcome = Outcome::not_a_number;
  std::int64_t value = 0;
};
// Decimal digits with an optional minus.
NumberScan scan_number(std::string_view word);

struct TimeScan {
  enum class Outcome : std::uint8_t { time, not_a_time, suffix, too_large };
  Outcome outcome = Outcome::not_a_time;
  std::int64_t microseconds = 0;
  bool unit = false;  // a unit was written (keepalived knows none)
};
// "3", "0.5", "1.25s", "250ms", "5m", "2h", "1d". More than six decimals are rounded.
TimeScan scan_time(std::string_view word);

std::optional<bool> scan_boolean(std::string_view word);

// Each word of a list separated by blanks.
template <class Visit>
void each_word(std::string_view list, const Visit& visit) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end != 0) visit(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

// Whether `list`, separated by blanks, holds the word.
bool among(std::string_view list, std::string_view word, bool any_case = false);
bool equal_in_any_case(std::string_view a, std::string_view b);  // ASCII
// The word of the list that was probably meant; empty: none is near.
std::string_view nearest(std::string_view word, std::string_view list);

// Edits from one to the other (base/edit_distance.h); `limit` where they are that many or more.
std::size_t edits(std::string_view a, std::string_view b, std::size_t limit);
// How many edits are forgiven in a word of that length.
std::size_t forgiven_edits(std::size_t length);

// What is wrong with a word that should be an address, in words; may be empty.
std::string address_hint(std::string_view word);

}  // namespace lvsd
