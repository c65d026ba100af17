#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

// A point of wall-clock time as people and JSON see it. For display only: what is measured or
// waited for is lvsd::Time. Whoever reads the clock (daemon/) makes one; lib/api only prints and
// reads it.

namespace lvsd::api {

struct Moment {
  std::chrono::sys_time<std::chrono::milliseconds> at;
  std::chrono::minutes offset{0};  // of the zone it is shown in, east of UTC

  auto operator<=>(const Moment&) const = default;
};

// RFC 3339 with milliseconds and zone: "2026-08-20T14:34:12.201+09:00", "…Z" for offset 0.
std::string text(const Moment& moment);
// Any RFC 3339 date-time; digits after the third of a second's fraction are dropped.
std::optional<Moment> parse_moment(std::string_view text);

// In the moment's own zone: "14:34:12", or with its date when that is not the one of `now`.
std::string clock_text(const Moment& moment, const Moment& now);

}  // namespace lvsd::api
