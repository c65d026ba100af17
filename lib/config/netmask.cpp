#include "config/netmask.h"

#include "base/parse_number.h"

namespace lvsd {

std::optional<Netmask> scan_netmask(std::string_view word) {
  if (const auto prefix = parse_number<std::uint32_t>(word)) {
    if (*prefix < 1 || *prefix > 128) return std::nullopt;
    return Netmask{*prefix, Family::v6};
  }
  const auto address = parse_address(word);
  if (!address || address->family != Family::v4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = (value << 8) | address->bytes[i];
  if (value == 0) return std::nullopt;
  return Netmask{value, Family::v4};
}

}  // namespace lvsd
