#pragma once

#include <sys/socket.h>

#include "model/address.h"

namespace lvsd {

// An address and a port as the kernel takes them, IPv4 or IPv6.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const Endpoint& endpoint);
// 0.0.0.0:0 of any other family.
Endpoint endpoint_of(const SocketAddress& address);

}  // namespace lvsd
