#include "daemon/local_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>
#include <tuple>

#include "daemon/socket_address.h"

namespace lvsd {

namespace {

// Of the address that it was bound to with its last route, too.
void disconnect(int socket) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  std::ignore = ::connect(socket, &nobody, sizeof nobody);
}

}  // namespace

// A connected datagram socket has looked for its route and sent nothing. For an address of this
// host's the source is that address.
std::optional<Address> RouteQuestion::source_towards(const Address& address) {
  constexpr std::uint16_t any_port = 9;
  const SocketAddress there = socket_address(Endpoint{address, any_port});
  UniqueFd& socket = address.family == Family::v4 ? v4_ : v6_;
  if (!socket) socket = UniqueFd(::socket(there.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), there.get(), there.size) != 0) return std::nullopt;
  SocketAddress here;
  const bool is_known = ::getsockname(socket.get(), here.get(), &here.size) == 0;
  disconnect(socket.get());
  if (!is_known) return std::nullopt;
  return endpoint_of(here).address;
}

std::map<Address, std::string> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  std::map<Address, std::string> out;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next)
    if (const auto address = address_of(one->ifa_addr)) out.emplace(*address, one->ifa_name);
  return out;
}

std::optional<Address> address_of(const sockaddr* raw) {
  if (raw == nullptr || (raw->sa_family != AF_INET && raw->sa_family != AF_INET6))
    return std::nullopt;
  SocketAddress out;
  out.size = raw->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::memcpy(&out.storage, raw, out.size);
  return endpoint_of(out).address;
}

}  // namespace lvsd
