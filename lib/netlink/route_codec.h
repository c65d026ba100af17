#pragma once

#include <cstdint>
#include <optional>

#include "model/route.h"
#include "netlink/message.h"

// Routes as rtnetlink's messages (rtnetlink(7)). Where a route leads is copied byte for byte from
// one route to another, so that whatever a kernel knows of next hops is kept.

namespace lvsd {

enum class RouteRequest : std::uint8_t { add, remove };

// Asks for the IPv4 routes of the main table; with `ours_only` those that bear our protocol number.
// The kernel filters only where NETLINK_GET_STRICT_CHK is set, so who asks looks again.
void append_list_routes(Bytes& out, std::uint32_t sequence, bool ours_only);

// Adds a route that must not be there yet, or removes the one with its destination, priority and
// protocol. Acknowledged.
void append_route(Bytes& out, std::uint32_t sequence, RouteRequest request, const Route& route);

// The route of an RTM_NEWROUTE message. Nothing: one that is not of the main table, not of IPv4,
// bound to a kind of traffic (TOS), or cached; and what is malformed.
std::optional<Route> route_of(const Message& message);

}  // namespace lvsd
