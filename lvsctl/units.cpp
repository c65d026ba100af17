#include "lvsctl/units.h"

#include <algorithm>

#include "base/parse_number.h"

namespace lvsd::ctl {

std::string amount_text(std::optional<std::uint64_t> amount, Digits digits) {
  return amount && digits == Digits::all ? std::to_string(*amount) : api::amount_text(amount);
}

std::string bytes_text(std::optional<std::uint64_t> bytes, Digits digits) {
  return bytes && digits == Digits::all ? std::to_string(*bytes) : api::bytes_text(bytes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  using std::chrono::milliseconds;
  struct Unit {
    std::string_view name;
    milliseconds length;
  };
  static constexpr Unit units[] = {{"", std::chrono::seconds{1}},
                                   {"ms", milliseconds{1}},
                                   {"s", std::chrono::seconds{1}},
                                   {"m", std::chrono::minutes{1}},
                                   {"h", std::chrono::hours{1}}};
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_number<std::uint32_t>(text.substr(0, digits));
  if (!count || *count == 0) return std::nullopt;
  for (const Unit& unit : units)
    if (text.substr(digits) == unit.name) return *count * unit.length;
  return std::nullopt;
}

}  // namespace lvsd::ctl
