#pragma once

#include "api/request.h"

namespace lvsd {

// Who connected at the other end of a Unix socket: SO_PEERCRED and SO_PEERGROUPS (Linux 4.13), both
// fixed when the connection was made. What cannot be learnt stays at Peer's defaults, which may do
// nothing but read.
api::Peer peer_of(int descriptor);

// Who connected over TCP: an address and a port, and nothing else that could be believed.
api::Peer tcp_peer_of(int descriptor);

}  // namespace lvsd
