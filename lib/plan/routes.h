#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/route.h"

// The routes of `min_mtu`: a server behind a tunnel gets a route of its own, like the one its
// packets take anyway, with an MTU that no ICMP message changes. Asked at start, at a reload, and
// now and then, since the route it is like may change.

namespace lvsd {

struct RouteWish {
  Address server;
  std::uint32_t mtu = 0;
  std::uint32_t inner = 0;  // of it, what is left inside the tunnel

  bool operator==(const RouteWish&) const = default;
};

// For each server behind an IPv4 tunnel, backups included; in order. Of several values for one
// address the greatest. (Linux does not honour the lock of an IPv6 route: none is made.)
std::vector<RouteWish> wanted_routes(const Config& config);

struct RoutePlan {
  std::vector<Route> remove;  // ours, first
  std::vector<Route> add;     // then
  std::vector<std::string> problems;
};

// What makes `actual`, the whole main table, have the routes that are wished for and no other of
// ours. Routes of others are never touched: where one leads to the very server already, there is a
// problem in words. `device_mtu`: of a device by its number; 0: not known.
RoutePlan route_plan(const std::vector<RouteWish>& wishes, const std::vector<Route>& actual,
                     const std::function<std::uint32_t(std::uint32_t)>& device_mtu);

}  // namespace lvsd
