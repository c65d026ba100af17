// Whatever a datagram holds, reading routes from it ends, stays inside it, and a route that was
// read and is sent as a change is a well-formed message that leads where the one that was read did.

#include <cstdlib>

#include "netlink/route_codec.h"

using namespace lvsd;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void send_back(const Route& route) {
  Bytes out;
  append_route(out, 1, RouteRequest::add, route);
  append_route(out, 2, RouteRequest::remove, route);
  MessageReader messages(out);
  const auto added = messages.next();
  check(added && messages.next() && !messages.next() && !messages.malformed());
  const auto again = route_of(*added);
  check(again && again->way == route.way && again->destination == route.destination &&
        again->mtu == route.mtu && again->is_locked == route.is_locked);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MessageReader messages(std::as_bytes(std::span(data, size)));
  while (const auto message = messages.next())
    if (const auto route = route_of(*message)) send_back(*route);
  return 0;
}
