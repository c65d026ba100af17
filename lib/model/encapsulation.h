#pragma once

#include <cstdint>

#include "model/destination.h"

// What a tunnel takes of the MTU on the way to its server. Asked by the configuration, which
// refuses a `min_mtu` that leaves too little, and by whoever says how much is left.

namespace lvsd {

// Bytes before each packet towards a server of this family: its IP header, and what the type of
// tunnel adds (__ip_vs_get_out_rt in net/netfilter/ipvs/ip_vs_xmit.c). With remote checksums those
// that IPVS counts for packets whose checksum is left to the device.
std::uint32_t tunnel_overhead(const Tunnel& tunnel, Family server);

// The least MTU inside a tunnel at which packets of a service of this family pass: the kernel sends
// nothing below, and IPv6 has it as its least link.
std::uint32_t least_inner_mtu(Family service, Family server);

}  // namespace lvsd
