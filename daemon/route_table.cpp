#include "daemon/route_table.h"

#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <functional>

#include "daemon/kernel_error.h"
#include "netlink/route_codec.h"

namespace lvsd {

namespace {

constexpr timeval kPatience{.tv_sec = 2, .tv_usec = 0};
constexpr std::size_t kDatagramSize = std::size_t{64} * 1024;
constexpr int most_attempts = 3;

Result<void> sent(int fd, BytesView request) {
  if (::send(fd, request.data(), request.size(), 0) < 0)
    return system_failure(errno, "asking the kernel for routes");
  return {};
}

// Passes what the kernel answers to `take`, until the kernel says that it is over, and how. A list
// during which routes changed may lack some (NLM_F_DUMP_INTR): EAGAIN then.
Result<void> answered(int fd, std::uint32_t sequence,
                      const std::function<void(const Message&)>& take) {
  Bytes room(kDatagramSize);
  bool is_torn = false;
  for (;;) {
    const ssize_t got = ::recv(fd, room.data(), room.size(), MSG_TRUNC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(errno, "reading routes");
    if (static_cast<std::size_t>(got) > room.size())
      return Error{kernel_errc::bad_answer, "reading routes"};
    MessageReader messages(BytesView(room).first(static_cast<std::size_t>(got)));
    while (const auto message = messages.next()) {
      if (message->sequence != sequence) continue;
      is_torn = is_torn || (message->flags & NLM_F_DUMP_INTR) != 0;
      if (message->type != NLMSG_ERROR && message->type != NLMSG_DONE) {
        take(*message);
        continue;
      }
      const auto verdict = verdict_of(*message);
      if (!verdict) return Error{kernel_errc::bad_answer, "reading routes"};
      if (*verdict != 0) return system_failure(*verdict, "the kernel's answer about routes");
      if (is_torn) return system_failure(EAGAIN, "routes change while they are read");
      return {};
    }
    if (messages.malformed()) return Error{kernel_errc::bad_answer, "reading routes"};
  }
}

}  // namespace

Result<RouteTable> RouteTable::open() {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  UniqueFd devices(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || !devices) return system_failure(errno, "opening a socket for routes");
  const int on = 1;
  // Where it is not known, the kernel lists more than is asked for.
  ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  return RouteTable(std::move(socket), std::move(devices));
}

Result<std::vector<Route>> RouteTable::list(bool ours_only) {
  auto routes = listed(ours_only);
  for (int i = 1; i < most_attempts && !routes && routes.error().code.value() == EAGAIN; ++i)
    routes = listed(ours_only);
  return routes;
}

Result<std::vector<Route>> RouteTable::listed(bool ours_only) {
  Bytes request;
  append_list_routes(request, ++sequence_, ours_only);
  if (const auto asked = sent(socket_.get(), request); !asked) return asked.error();
  std::vector<Route> routes;
  const auto done = answered(socket_.get(), sequence_, [&](const Message& message) {
    auto route = route_of(message);
    if (route && (!ours_only || route->protocol == our_route_protocol))
      routes.push_back(std::move(*route));
  });
  // A table that does not exist, because it has never had a route, is empty.
  if (!done && done.error().code != std::errc::no_such_file_or_directory) return done.error();
  return routes;
}

Result<void> RouteTable::change(bool adds, const Route& route) {
  Bytes request;
  append_route(request, ++sequence_, adds ? RouteRequest::add : RouteRequest::remove, route);
  if (const auto asked = sent(socket_.get(), request); !asked) return asked.error();
  return answered(socket_.get(), sequence_, [](const Message&) {});
}

Result<void> RouteTable::add(const Route& route) {
  return change(true, route);
}

Result<void> RouteTable::remove(const Route& route) {
  return change(false, route);
}

std::uint32_t RouteTable::device_mtu(std::uint32_t device) const {
  ifreq about{};
  about.ifr_ifindex = static_cast<int>(device);
  if (::ioctl(devices_.get(), SIOCGIFNAME, &about) != 0) return 0;
  if (::ioctl(devices_.get(), SIOCGIFMTU, &about) != 0 || about.ifr_mtu < 0) return 0;
  return static_cast<std::uint32_t>(about.ifr_mtu);
}

namespace {

const RouteWish* wish_for(const std::vector<RouteWish>& wishes, const Address& server) {
  for (const RouteWish& wish : wishes)
    if (wish.server == server) return &wish;
  return nullptr;
}

void remove_routes(RouteTable& table, const std::vector<Route>& routes,
                   const std::vector<RouteWish>& wishes, Routed& out) {
  for (const Route& route : routes) {
    const std::string server = text(route.destination);
    const auto done = table.remove(route);
    if (!done)
      out.problems.push_back(
          fmt::format("the route to {} of min_mtu stays: {}", server, text(done.error())));
    else if (wish_for(wishes, route.destination) == nullptr)
      out.changes.push_back(fmt::format("the route to {} of min_mtu is removed", server));
  }
}

void add_routes(RouteTable& table, const std::vector<Route>& routes,
                const std::vector<RouteWish>& wishes, Routed& out) {
  for (const Route& route : routes) {
    const std::string server = text(route.destination);
    if (const auto done = table.add(route); !done) {
      out.problems.push_back(
          fmt::format("min_mtu of {} is not in force: {}", server, text(done.error())));
      continue;
    }
    const RouteWish* const wish = wish_for(wishes, route.destination);
    out.changes.push_back(
        fmt::format("the route to {} has an MTU of {} now, locked: {} bytes of it inside the "
                    "tunnel (min_mtu)",
                    server, route.mtu, wish == nullptr ? 0 : wish->inner));
  }
}

}  // namespace

Routed routed(RouteTable& table, const std::vector<RouteWish>& wishes) {
  Routed out;
  const auto actual = table.list(wishes.empty());
  if (!actual) {
    if (!wishes.empty())
      out.problems.push_back(fmt::format("min_mtu is not in force: {}", text(actual.error())));
    return out;
  }
  RoutePlan plan =
      route_plan(wishes, *actual, [&](std::uint32_t device) { return table.device_mtu(device); });
  out.problems = std::move(plan.problems);
  remove_routes(table, plan.remove, wishes, out);
  add_routes(table, plan.add, wishes, out);
  return out;
}

Result<std::vector<RouteState>> our_routes(RouteTable& table) {
  const auto routes = table.list(true);
  if (!routes) return routes.error();
  std::vector<RouteState> states;
  states.reserve(routes->size());
  for (const Route& route : *routes)
    states.push_back(
        {route.destination, fmt::format("{}{}", route.is_locked ? "lock " : "", route.mtu)});
  return states;
}

}  // namespace lvsd
