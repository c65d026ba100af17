#include "plan/routes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <variant>

#include "model/encapsulation.h"

namespace lvsd {

namespace {

constexpr std::uint8_t host_prefix = 32;

bool is_ours(const Route& route) {
  return route.protocol == our_route_protocol;
}

bool covers(const Route& route, const Address& address) {
  for (std::uint8_t bit = 0; bit < route.prefix; ++bit) {
    const std::uint8_t mask = static_cast<std::uint8_t>(0x80U >> (bit % 8U));
    if (((route.destination.bytes[bit / 8U] ^ address.bytes[bit / 8U]) & mask) != 0) return false;
  }
  return true;
}

// The one that packets to `address` take if ours are not there; null: none.
const Route* taken(const std::vector<Route>& routes, const Address& address) {
  const Route* best = nullptr;
  for (const Route& route : routes) {
    if (is_ours(route) || !covers(route, address)) continue;
    if (best == nullptr ||
        std::tuple(-route.prefix, route.priority) < std::tuple(-best->prefix, best->priority))
      best = &route;
  }
  return best;
}

// The route that is wished for, or why it cannot be.
std::variant<Route, std::string> route_for(
    const RouteWish& wish, const std::vector<Route>& actual,
    const std::function<std::uint32_t(std::uint32_t)>& device_mtu) {
  const std::string server = text(wish.server);
  const std::string no_route = "min_mtu of " + server + " is not in force: ";
  const Route* const base = taken(actual, wish.server);
  if (base == nullptr || !base->forwards) return no_route + "the main table has no route to it";
  if (base->prefix == host_prefix)
    return no_route + "somebody else has made a route to it alone; 'ip route change " + server +
           " … mtu lock " + std::to_string(wish.mtu) + "' does the same there";
  for (const std::uint32_t device : base->devices) {
    const std::uint32_t most = device_mtu(device);
    if (most != 0 && wish.mtu > most)
      return no_route + "it is " + std::to_string(wish.mtu) + ", and the device has an MTU of " +
             std::to_string(most);
  }
  Route route = *base;
  route.destination = wish.server;
  route.prefix = host_prefix;
  route.priority = 0;
  route.protocol = our_route_protocol;
  route.mtu = wish.mtu;
  route.is_locked = true;
  return route;
}

}  // namespace

std::vector<RouteWish> wanted_routes(const Config& config) {
  std::map<Address, RouteWish> wishes;
  const auto want = [&](const Endpoint& endpoint, Forwarding forwarding, const Tunnel& tunnel,
                        std::uint32_t mtu) {
    const Address& server = endpoint.address;
    if (mtu == 0 || forwarding != Forwarding::tunnel || server.family != Family::v4) return;
    RouteWish& wish = wishes[server];
    if (mtu > wish.mtu) wish = {server, mtu, mtu - tunnel_overhead(tunnel, server.family)};
  };
  for (const VirtualServer& service : config.virtual_servers)
    for (const RealServer& real : service.real_servers) {
      const std::uint32_t mtu = real.policy->min_mtu;
      want(real.endpoint, real.settings.forwarding, real.settings.tunnel, mtu);
      if (real.backup != nullptr)
        want(real.backup->endpoint, real.backup->forwarding, real.backup->tunnel, mtu);
    }
  std::vector<RouteWish> out;
  out.reserve(wishes.size());
  for (const auto& [server, wish] : wishes)
    out.push_back(wish);
  return out;
}

RoutePlan route_plan(const std::vector<RouteWish>& wishes, const std::vector<Route>& actual,
                     const std::function<std::uint32_t(std::uint32_t)>& device_mtu) {
  RoutePlan plan;
  for (const RouteWish& wish : wishes) {
    auto wanted = route_for(wish, actual, device_mtu);
    if (auto* const route = std::get_if<Route>(&wanted))
      plan.add.push_back(std::move(*route));
    else
      plan.problems.push_back(std::get<std::string>(std::move(wanted)));
  }
  for (const Route& route : actual) {
    if (!is_ours(route)) continue;
    const auto same = std::find(plan.add.begin(), plan.add.end(), route);
    if (same != plan.add.end())
      plan.add.erase(same);
    else
      plan.remove.push_back(route);
  }
  return plan;
}

}  // namespace lvsd
