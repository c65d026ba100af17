#include "netlink/route_codec.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

// A route as a kernel lists it: 10.0.1.0/24 of the main table, with more attributes.
struct Listed {
  rtmsg header{};
  Bytes attributes;

  Listed() {
    header.rtm_family = AF_INET;
    header.rtm_dst_len = 24;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_KERNEL;
    header.rtm_scope = RT_SCOPE_LINK;
    header.rtm_type = RTN_UNICAST;
    bytes(RTA_DST, {10, 0, 1, 0});
  }
  AttributeWriter writer() { return AttributeWriter(attributes); }
  void bytes(std::uint16_t type, const std::vector<std::uint8_t>& value) {
    writer().bytes(type, std::as_bytes(std::span(value)));
  }
  std::optional<Route> read(std::uint16_t type = RTM_NEWROUTE) const {
    const auto start = std::as_bytes(std::span(&header, 1));
    Bytes payload(start.begin(), start.end());
    payload.insert(payload.end(), attributes.begin(), attributes.end());
    return route_of({.type = type, .flags = 0, .sequence = 1, .payload = payload});
  }
};

Message only_message(const Bytes& datagram) {
  MessageReader reader(datagram);
  const auto message = reader.next();
  REQUIRE(message);
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.malformed());
  return *message;
}

}  // namespace

TEST_CASE("a route of the kernel is read with its way and MTU") {
  Listed listed;
  listed.writer().number(RTA_OIF, std::uint32_t{7});
  listed.bytes(RTA_GATEWAY, {10, 0, 0, 1});
  listed.writer().number(RTA_PRIORITY, std::uint32_t{100});
  listed.writer().nest(RTA_METRICS, [&] {
    listed.writer().number(RTAX_LOCK, std::uint32_t{1U << RTAX_MTU});
    listed.writer().number(RTAX_MTU, std::uint32_t{1400});
  });
  const auto route = listed.read();
  REQUIRE(route);
  CHECK(text(route->destination) == "10.0.1.0");
  CHECK(route->prefix == 24);
  CHECK(route->priority == 100);
  CHECK(route->mtu == 1400);
  CHECK(route->is_locked);
  CHECK(route->forwards);
  CHECK(route->devices == std::vector<std::uint32_t>{7});
}

TEST_CASE("a route that is written is read back as it was and leads where the other one does") {
  Listed listed;
  listed.header.rtm_flags = RTNH_F_ONLINK | RTNH_F_LINKDOWN;
  listed.writer().number(RTA_OIF, std::uint32_t{7});
  listed.bytes(RTA_PREFSRC, {10, 0, 1, 254});
  auto route = listed.read();
  REQUIRE(route);
  route->destination = *parse_address("10.0.1.9");
  route->prefix = 32;
  route->protocol = our_route_protocol;
  route->mtu = 1400;
  route->is_locked = true;
  Bytes request;
  append_route(request, 5, RouteRequest::add, *route);
  const Message message = only_message(request);
  CHECK(message.type == RTM_NEWROUTE);
  CHECK(message.flags == (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL));
  CHECK(message.sequence == 5);
  CHECK(route_of(message) == route);
}

TEST_CASE("several next hops and next hop objects are kept as they are") {
  Listed hops;
  const rtnexthop first{.rtnh_len = 8, .rtnh_flags = 0, .rtnh_hops = 0, .rtnh_ifindex = 3};
  const rtnexthop second{.rtnh_len = 8, .rtnh_flags = 0, .rtnh_hops = 4, .rtnh_ifindex = 9};
  Bytes both;
  for (const rtnexthop& hop : {first, second}) {
    const auto bytes = std::as_bytes(std::span(&hop, 1));
    both.insert(both.end(), bytes.begin(), bytes.end());
  }
  hops.writer().bytes(RTA_MULTIPATH, both);
  const auto route = hops.read();
  REQUIRE(route);
  CHECK(route->devices == std::vector<std::uint32_t>{3, 9});

  Listed object;
  object.writer().number(RTA_NH_ID, std::uint32_t{42});
  object.writer().number(RTA_OIF, std::uint32_t{3});
  object.bytes(RTA_GATEWAY, {10, 0, 0, 1});
  Bytes way;
  AttributeWriter(way).number(RTA_NH_ID, std::uint32_t{42});
  const auto through = object.read();
  REQUIRE(through);
  CHECK(std::string(reinterpret_cast<const char*>(way.data()), way.size()) == through->way);
}

TEST_CASE("routes that are of no concern or damaged are passed over") {
  CHECK(Listed().read());
  CHECK_FALSE(Listed().read(RTM_DELROUTE));
  Listed other_table;
  other_table.writer().number(RTA_TABLE, std::uint32_t{100});
  CHECK_FALSE(other_table.read());
  Listed cached;
  cached.header.rtm_flags = RTM_F_CLONED;
  CHECK_FALSE(cached.read());
  Listed of_traffic;
  of_traffic.header.rtm_tos = 16;
  CHECK_FALSE(of_traffic.read());
  Listed short_number;
  short_number.bytes(RTA_PRIORITY, {1});
  CHECK_FALSE(short_number.read());
  Listed too_long;
  too_long.header.rtm_dst_len = 33;
  CHECK_FALSE(too_long.read());
  Listed blackhole;
  blackhole.header.rtm_type = RTN_BLACKHOLE;
  CHECK_FALSE(blackhole.read()->forwards);
}
