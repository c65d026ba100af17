#include "plan/routes.h"

#include <catch2/catch.hpp>

#include "model/encapsulation.h"
#include "test/text/config.h"

using namespace lvsd;

namespace {

Route route(const std::string& destination, std::uint8_t prefix, const std::string& way) {
  Route out;
  out.destination = *parse_address(destination);
  out.prefix = prefix;
  out.way = way;
  out.devices = {7};
  return out;
}

Route ours(const std::string& server, const std::string& way, std::uint32_t mtu) {
  Route out = route(server, 32, way);
  out.protocol = our_route_protocol;
  out.mtu = mtu;
  out.is_locked = true;
  return out;
}

std::string text(const std::vector<Route>& routes) {
  std::string out;
  for (const Route& one : routes)
    out += text(one.destination) + "/" + std::to_string(one.prefix) + " " + one.way + " mtu " +
           (one.is_locked ? "lock " : "") + std::to_string(one.mtu) + "\n";
  return out;
}

RoutePlan plan(const std::vector<RouteWish>& wishes, const std::vector<Route>& actual) {
  return route_plan(wishes, actual, [](std::uint32_t device) { return device == 7 ? 1500U : 0U; });
}

const RouteWish kWish{*parse_address("10.0.1.1"), 1400, 1380};

std::string service(const std::string& address, const std::string& servers) {
  return "virtual_server " + address + " 80 {\n protocol TCP\n lvs_sched rr\n lvs_method TUN\n" +
         servers + "}\n";
}

std::string wishes(const std::string& servers, const std::string& others = "") {
  const Config config = test::config(service("10.0.0.1", servers) +
                                     (others.empty() ? "" : service("10.0.0.2", others)));
  std::string out;
  for (const RouteWish& wish : wanted_routes(config))
    out += text(wish.server) + " " + std::to_string(wish.mtu) + " inside " +
           std::to_string(wish.inner) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a tunnel takes its headers of the MTU") {
  const auto v4 = [](Tunnel tunnel) { return tunnel_overhead(tunnel, Family::v4); };
  CHECK(v4({.type = TunnelType::ipip}) == 20);
  CHECK(v4({.type = TunnelType::gue, .port = 6080}) == 32);
  CHECK(v4({.type = TunnelType::gue, .port = 6080, .checksum = TunnelChecksum::full}) == 32);
  CHECK(v4({.type = TunnelType::gue, .port = 6080, .checksum = TunnelChecksum::remote}) == 40);
  CHECK(v4({.type = TunnelType::gre}) == 24);
  CHECK(v4({.type = TunnelType::gre, .checksum = TunnelChecksum::full}) == 28);
  CHECK(tunnel_overhead({.type = TunnelType::ipip}, Family::v6) == 40);
  CHECK(tunnel_overhead({.type = TunnelType::gre, .checksum = TunnelChecksum::full}, Family::v6) ==
        48);
}

TEST_CASE("routes are wished for to servers and backups behind IPv4 tunnels that say min_mtu") {
  CHECK(wishes(" real_server 10.0.1.1 80 {\n }\n") == "");
  CHECK(wishes(" real_server 10.0.1.1 80 {\n min_mtu 1400\n }\n"
               " real_server 10.0.1.2 80 {\n min_mtu 1400\n lvs_method NAT\n }\n"
               " real_server 2001:db8::1 80 {\n min_mtu 1400\n }\n") ==
        "10.0.1.1 1400 inside 1380\n");
  CHECK(wishes(" min_mtu 1300\n real_server 10.0.1.1 80 {\n backup_server 10.0.1.2 80 {\n"
               " lvs_method TUN type gre csum\n }\n }\n"
               " real_server 10.0.1.3 80 {\n min_mtu 0\n }\n") ==
        "10.0.1.1 1300 inside 1280\n10.0.1.2 1300 inside 1272\n");
}

TEST_CASE("the greatest min_mtu of an address counts") {
  const std::string low = " real_server 10.0.1.1 80 {\n min_mtu 1300\n }\n";
  const std::string high = " real_server 10.0.1.1 80 {\n min_mtu 1400\n }\n";
  CHECK(wishes(low, high) == "10.0.1.1 1400 inside 1380\n");
  CHECK(wishes(high, low) == "10.0.1.1 1400 inside 1380\n");
}

TEST_CASE("the route of a server is the one its packets take with the MTU locked") {
  const std::vector<Route> actual = {route("0.0.0.0", 0, "gateway"), route("10.0.0.0", 16, "wide"),
                                     route("10.0.1.0", 24, "narrow"),
                                     route("10.0.2.0", 24, "other")};
  const RoutePlan made = plan({kWish}, actual);
  CHECK(text(made.add) == "10.0.1.1/32 narrow mtu lock 1400\n");
  CHECK(made.remove.empty());
  CHECK(made.problems.empty());
  CHECK(made.add.front().protocol == our_route_protocol);
}

TEST_CASE("of two routes to the same the one with the least priority number is taken") {
  Route slow = route("10.0.1.0", 24, "slow");
  slow.priority = 100;
  CHECK(text(plan({kWish}, {slow, route("10.0.1.0", 24, "fast")}).add) ==
        "10.0.1.1/32 fast mtu lock 1400\n");
}

TEST_CASE("a route that is right stays and one that is not is made anew") {
  const Route base = route("10.0.1.0", 24, "eth0");
  const RoutePlan same = plan({kWish}, {base, ours("10.0.1.1", "eth0", 1400)});
  CHECK(same.add.empty());
  CHECK(same.remove.empty());
  const RoutePlan moved = plan({kWish}, {base, ours("10.0.1.1", "eth9", 1400)});
  CHECK(text(moved.remove) == "10.0.1.1/32 eth9 mtu lock 1400\n");
  CHECK(text(moved.add) == "10.0.1.1/32 eth0 mtu lock 1400\n");
  const RoutePlan other = plan({kWish}, {base, ours("10.0.1.1", "eth0", 1300)});
  CHECK(text(other.remove) == "10.0.1.1/32 eth0 mtu lock 1300\n");
  CHECK(text(other.add) == "10.0.1.1/32 eth0 mtu lock 1400\n");
}

TEST_CASE("routes of ours that nobody wishes for leave and those of others stay") {
  const RoutePlan made = plan({}, {route("10.0.1.0", 24, "eth0"), route("10.0.1.3", 32, "admin"),
                                   ours("10.0.1.1", "eth0", 1400)});
  CHECK(text(made.remove) == "10.0.1.1/32 eth0 mtu lock 1400\n");
  CHECK(made.add.empty());
}

TEST_CASE("where no route can be made it is said why and none of ours stays") {
  const auto problem = [](const std::vector<Route>& actual) {
    const RoutePlan made = plan({kWish}, actual);
    CHECK(made.add.empty());
    REQUIRE(made.problems.size() == 1);
    return made.problems.front();
  };
  CHECK(problem({}).ends_with("the main table has no route to it"));
  Route blackhole = route("10.0.1.0", 24, "");
  blackhole.forwards = false;
  CHECK(problem({blackhole, route("0.0.0.0", 0, "gateway")})
            .ends_with("the main table has no route to it"));
  CHECK(problem({route("10.0.1.1", 32, "admin")})
            .find("somebody else has made a route to it alone") != std::string::npos);
  const std::vector<RouteWish> large = {{*parse_address("10.0.1.1"), 9000, 8980}};
  const RoutePlan made =
      plan(large, {route("10.0.1.0", 24, "eth0"), ours("10.0.1.1", "eth0", 1400)});
  CHECK(made.problems.front().ends_with("it is 9000, and the device has an MTU of 1500"));
  CHECK(text(made.remove) == "10.0.1.1/32 eth0 mtu lock 1400\n");
}
