#include "daemon/socket_address.h"

#include <netinet/in.h>

#include <cstring>

namespace lvsd {

SocketAddress socket_address(const Endpoint& endpoint) {
  SocketAddress out;
  const auto* bytes = endpoint.address.bytes.data();
  if (endpoint.address.family == Family::v6) {
    auto* to = reinterpret_cast<sockaddr_in6*>(&out.storage);
    to->sin6_family = AF_INET6;
    to->sin6_port = htons(endpoint.port);
    std::memcpy(&to->sin6_addr, bytes, sizeof to->sin6_addr);
    out.size = sizeof *to;
  } else {
    auto* to = reinterpret_cast<sockaddr_in*>(&out.storage);
    to->sin_family = AF_INET;
    to->sin_port = htons(endpoint.port);
    std::memcpy(&to->sin_addr, bytes, sizeof to->sin_addr);
    out.size = sizeof *to;
  }
  return out;
}

Endpoint endpoint_of(const SocketAddress& address) {
  Endpoint out;
  auto* bytes = out.address.bytes.data();
  if (address.storage.ss_family == AF_INET6) {
    const auto* from = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    out.address.family = Family::v6;
    out.port = ntohs(from->sin6_port);
    std::memcpy(bytes, &from->sin6_addr, sizeof from->sin6_addr);
  } else if (address.storage.ss_family == AF_INET) {
    const auto* from = reinterpret_cast<const sockaddr_in*>(&address.storage);
    out.port = ntohs(from->sin_port);
    std::memcpy(bytes, &from->sin_addr, sizeof from->sin_addr);
  }
  return out;
}

}  // namespace lvsd
