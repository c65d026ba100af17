#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/address.h"

namespace lvsd {

// A persistence mask as ServiceSettings keeps it: IPv4 in host order, IPv6 as prefix length.
struct Netmask {
  std::uint32_t value = 0;
  Family family = Family::v4;
};

// "255.255.255.0" (bits need not be contiguous, as with keepalived), or for IPv6 "1" to "128".
std::optional<Netmask> scan_netmask(std::string_view word);

}  // namespace lvsd
