#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/address.h"

namespace lvsd {

// An ICMP or ICMPv6 echo request (RFC 792, RFC 4443) for a ping socket, where the kernel fills in
// identifier and checksum. `cookie` tells answers to it from any others.
std::string echo_request(Family family, std::uint64_t cookie);

// Whether a message from a ping socket answers that request.
bool is_echo_reply(Family family, std::uint64_t cookie, std::string_view message);

}  // namespace lvsd
