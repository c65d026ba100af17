#include "model/encapsulation.h"

namespace lvsd {

namespace {

constexpr std::uint32_t udp_header = 8;
constexpr std::uint32_t gue_header = 4;
constexpr std::uint32_t gue_private_flags = 4;    // GUE_LEN_PRIV
constexpr std::uint32_t gue_remote_checksum = 4;  // GUE_PLEN_REMCSUM
constexpr std::uint32_t gre_header = 4;
constexpr std::uint32_t gre_checksum = 4;

std::uint32_t header_of(const Tunnel& tunnel) {
  switch (tunnel.type) {
    case TunnelType::ipip:
      return 0;
    case TunnelType::gue:
      // The full checksum is UDP's own, which is always there.
      return udp_header + gue_header +
             (tunnel.checksum == TunnelChecksum::remote ? gue_private_flags + gue_remote_checksum
                                                        : 0);
    case TunnelType::gre:
      return gre_header + (tunnel.checksum == TunnelChecksum::full ? gre_checksum : 0);
  }
  return 0;
}

}  // namespace

std::uint32_t tunnel_overhead(const Tunnel& tunnel, Family server) {
  return (server == Family::v4 ? 20U : 40U) + header_of(tunnel);
}

std::uint32_t least_inner_mtu(Family service, Family server) {
  return service == Family::v6 || server == Family::v6 ? 1280 : 68;
}

}  // namespace lvsd
