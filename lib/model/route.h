#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "model/address.h"

// Routes of the kernel, as far as `min_mtu` needs them, and what a tunnel adds to a packet.

namespace lvsd {

// One entry of the kernel's main routing table for IPv4.
struct Route {
  Address destination;
  std::uint8_t prefix = 0;     // length
  std::uint32_t priority = 0;  // of routes to the same destination the least counts
  std::uint8_t protocol = 0;   // who made it
  std::uint8_t scope = 0;
  bool forwards = true;  // unicast; others drop what they match, or take it in
  std::vector<std::uint32_t> devices;
  std::uint32_t mtu = 0;  // 0: the device's
  bool is_locked = false;
  // Where packets go, in the kernel's own words: not looked into, only given back for another
  // destination. `flags` belong to it.
  std::string way;
  std::uint32_t flags = 0;

  bool operator==(const Route&) const = default;
};

// The protocol number of the routes that lvsd makes: what bears it is ours, of whichever run.
inline constexpr std::uint8_t our_route_protocol = 108;

}  // namespace lvsd
