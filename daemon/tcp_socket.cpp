#include "daemon/tcp_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "daemon/socket_address.h"

namespace lvsd {

namespace {

Error failure(const Endpoint& endpoint) {
  return system_failure(errno, "listening on " + text(endpoint));
}

}  // namespace

Result<UniqueFd> listening_tcp_socket(const Endpoint& endpoint) {
  const SocketAddress address = socket_address(endpoint);
  UniqueFd descriptor(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return failure(endpoint);
  const int on = 1;
  // Connections of a daemon that has ended do not keep the next one out.
  ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (endpoint.address.family == Family::v6)
    ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(descriptor.get(), address.get(), address.size) != 0 ||
      ::listen(descriptor.get(), SOMAXCONN) != 0)
    return failure(endpoint);
  return descriptor;
}

}  // namespace lvsd
