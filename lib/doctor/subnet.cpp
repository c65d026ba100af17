#include "doctor/subnet.h"

#include <algorithm>

namespace lvsd::doctor {

bool is_within(const Address& address, const HeldAddress& held) {
  const unsigned whole = address.family == Family::v4 ? 32 : 128;
  if (address.family != held.address.family || held.prefix >= whole) return false;
  unsigned left = held.prefix;
  for (std::size_t i = 0; left != 0; ++i) {
    const unsigned bits = std::min(left, 8U);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> bits);
    if ((address.bytes[i] & mask) != (held.address.bytes[i] & mask)) return false;
    left -= bits;
  }
  return true;
}

}  // namespace lvsd::doctor
