#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/address.h"
#include "model/service.h"

namespace lvsd {

// Values of IP_VS_CONN_F_FWD_MASK (linux/ip_vs.h). Localnode is what the kernel itself makes of a
// destination that is one of its own addresses; bypass is cache_bypass; neither is configured.
enum class Forwarding : std::uint8_t { nat = 0, local = 1, tunnel = 2, direct = 3, bypass = 4 };
std::string_view text(Forwarding forwarding);  // "NAT", "DR", "TUN", "LOCAL", "BYPASS"

enum class TunnelType : std::uint8_t { ipip = 0, gue = 1, gre = 2 };
enum class TunnelChecksum : std::uint8_t { none = 0, full = 1, remote = 2 };

struct Tunnel {
  TunnelType type = TunnelType::ipip;
  std::uint16_t port = 0;  // GUE only
  TunnelChecksum checksum = TunnelChecksum::none;

  auto operator<=>(const Tunnel&) const = default;
};

// What identifies a destination within its service; the same address with another port is another
// destination. The address family may differ from the service's with tunnels.
using DestinationKey = Endpoint;

// What is configured of a destination. SET_DEST replaces all of it.
struct DestinationSettings {
  Forwarding forwarding = Forwarding::nat;
  Tunnel tunnel;                      // tunnel forwarding only
  std::uint32_t weight = 1;           // 0: gets no new connections
  std::uint32_t upper_threshold = 0;  // connections at which it is full; 0: none
  std::uint32_t lower_threshold = 0;  // below which it is no longer full; 0: 3/4 of upper

  auto operator<=>(const DestinationSettings&) const = default;
};

// "NAT weight 1", "TUN gue port 5555 csum weight 3 upper 100 lower 75". Defaults other than the
// weight are left out.
std::string text(const DestinationSettings& settings);

struct DestinationCounters {
  std::uint32_t active_connections = 0;
  std::uint32_t inactive_connections = 0;
  std::uint32_t persistent_connections = 0;  // templates
  Traffic traffic;

  auto operator<=>(const DestinationCounters&) const = default;
};

}  // namespace lvsd
