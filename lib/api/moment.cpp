#include "api/moment.h"

#include <fmt/format.h>

#include "base/parse_number.h"

namespace lvsd::api {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

struct Civil {
  year_month_day date;
  std::chrono::hh_mm_ss<milliseconds> time;
};

Civil civil(const Moment& moment) {
  const auto local = moment.at + moment.offset;
  const auto day = std::chrono::floor<days>(local);
  return {day, std::chrono::hh_mm_ss<milliseconds>(local - day)};
}

// `text` against a pattern in which 0 stands for one digit, every other letter for itself in either
// case (RFC 3339 allows a small t and z).
bool fits(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i] && text[i] != (pattern[i] | 0x20))
      return false;
  }
  return true;
}

// REQUIRES: `text` is digits only and short.
int number(std::string_view text) {
  return *parse_number<int>(text);
}

// Milliseconds of ".201456"; takes it off the front of `rest`.
std::optional<milliseconds> fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return milliseconds{0};
  const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  std::string digits(rest.substr(1, end - 1));
  if (digits.empty()) return std::nullopt;
  digits.resize(3, '0');
  rest.remove_prefix(end);
  return milliseconds{number(digits)};
}

std::optional<minutes> zone(std::string_view text) {
  if (fits(text, "Z")) return minutes{0};
  if (!fits(text, "+00:00") && !fits(text, "-00:00")) return std::nullopt;
  const int hour = number(text.substr(1, 2));
  const int minute = number(text.substr(4, 2));
  if (hour > 23 || minute > 59) return std::nullopt;
  const minutes east = hours{hour} + minutes{minute};
  return text.front() == '-' ? -east : east;
}

std::string date_text(const year_month_day& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string time_text(const std::chrono::hh_mm_ss<milliseconds>& time) {
  return fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

}  // namespace

std::string text(const Moment& moment) {
  const auto [date, time] = civil(moment);
  std::string out =
      fmt::format("{}T{}.{:03}", date_text(date), time_text(time), time.subseconds().count());
  if (moment.offset == minutes{0}) return out + "Z";
  const auto east = std::chrono::abs(moment.offset).count();
  return out +
         fmt::format("{}{:02}:{:02}", moment.offset < minutes{0} ? '-' : '+', east / 60, east % 60);
}

std::optional<Moment> parse_moment(std::string_view text) {
  constexpr std::string_view whole_seconds = "0000-00-00T00:00:00";
  if (!fits(text.substr(0, whole_seconds.size()), whole_seconds)) return std::nullopt;
  const year_month_day date{std::chrono::year{number(text.substr(0, 4))},
                            std::chrono::month(static_cast<unsigned>(number(text.substr(5, 2)))),
                            std::chrono::day(static_cast<unsigned>(number(text.substr(8, 2))))};
  const hours hour{number(text.substr(11, 2))};
  const minutes minute{number(text.substr(14, 2))};
  const seconds second{number(text.substr(17, 2))};
  // 60 is a leap second.
  if (!date.ok() || hour.count() > 23 || minute.count() > 59 || second.count() > 60)
    return std::nullopt;

  auto rest = text.substr(whole_seconds.size());
  const auto part = fraction(rest);
  if (!part) return std::nullopt;
  const auto offset = zone(rest);
  if (!offset) return std::nullopt;
  return Moment{std::chrono::sys_days(date) + hour + minute + second + *part - *offset, *offset};
}

std::string clock_text(const Moment& moment, const Moment& now) {
  const auto [date, time] = civil(moment);
  const bool today = date == civil({now.at, moment.offset}).date;
  return today ? time_text(time) : date_text(date) + " " + time_text(time);
}

}  // namespace lvsd::api
