#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/route.h"
#include "plan/routes.h"

namespace lvsd {

// The kernel's main routing table for IPv4, of the network namespace of the thread that opens it.
// Blocks, at most two seconds an answer. (libnl-route gives back of a route what it knows of it:
// next hop objects would be lost.)
class RouteTable {
 public:
  static Result<RouteTable> open();

  // All of them, as they were at one moment, or an error.
  Result<std::vector<Route>> list(bool ours_only);
  Result<void> add(const Route& route);
  Result<void> remove(const Route& route);
  std::uint32_t device_mtu(std::uint32_t device) const;  // 0: not known

 private:
  RouteTable(UniqueFd socket, UniqueFd devices)
      : socket_(std::move(socket)), devices_(std::move(devices)) {}

  Result<std::vector<Route>> listed(bool ours_only);
  Result<void> change(bool adds, const Route& route);

  UniqueFd socket_;
  UniqueFd devices_;  // what ioctls about devices go through
  std::uint32_t sequence_ = 0;
};

struct Routed {
  std::vector<std::string> changes;  // a sentence each
  std::vector<std::string> problems;
};

// Makes the table have the routes that are wished for, and no other of ours.
Routed routed(RouteTable& table, const std::vector<RouteWish>& wishes);

// "lock 1480": the MTU of each of our routes, and of what it is the route to.
struct RouteState {
  Address server;
  std::string mtu;
};
Result<std::vector<RouteState>> our_routes(RouteTable& table);

}  // namespace lvsd
