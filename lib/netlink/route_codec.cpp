#include "netlink/route_codec.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace lvsd {

namespace {

constexpr std::size_t address_size = 4;  // of IPv4

// What says where packets go.
constexpr std::array way_attributes = {RTA_OIF,     RTA_GATEWAY, RTA_VIA,       RTA_MULTIPATH,
                                       RTA_PREFSRC, RTA_ENCAP,   RTA_ENCAP_TYPE};

template <class T>
void append(Bytes& out, const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::size_t open_request(Bytes& out, std::uint16_t type, std::uint16_t flags,
                         std::uint32_t sequence, const rtmsg& route) {
  const std::size_t start = out.size();
  append(out, nlmsghdr{.nlmsg_len = 0,
                       .nlmsg_type = type,
                       .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
                       .nlmsg_seq = sequence,
                       .nlmsg_pid = 0});
  append(out, route);
  return start;
}

std::string copied(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The next hops behind an RTA_MULTIPATH.
std::vector<std::uint32_t> devices_of_hops(BytesView rest) {
  std::vector<std::uint32_t> devices;
  while (rest.size() >= sizeof(rtnexthop)) {
    rtnexthop hop{};
    std::memcpy(&hop, rest.data(), sizeof hop);
    if (hop.rtnh_len < sizeof hop || hop.rtnh_len > rest.size()) break;
    devices.push_back(static_cast<std::uint32_t>(hop.rtnh_ifindex));
    rest = rest.subspan(std::min(netlink_aligned(hop.rtnh_len), rest.size()));
  }
  return devices;
}

void read_metrics(BytesView metrics, Route& route) {
  Attributes<RTAX_MAX> in(metrics);
  route.mtu = in.number_or<std::uint32_t>(RTAX_MTU, 0);
  route.is_locked = (in.number_or<std::uint32_t>(RTAX_LOCK, 0) & (1U << RTAX_MTU)) != 0;
}

// A next hop object stands for all that the kernel lists beside it for older readers.
std::string way_of(Attributes<RTA_MAX>& in) {
  Bytes out;
  AttributeWriter to(out);
  if (in.has(RTA_NH_ID)) {
    to.bytes(RTA_NH_ID, in.bytes(RTA_NH_ID));
  } else {
    for (const auto type : way_attributes)
      if (in.has(type)) to.bytes(type, in.bytes(type));
  }
  return copied(out);
}

}  // namespace

void append_list_routes(Bytes& out, std::uint32_t sequence, bool ours_only) {
  rtmsg filter{};
  filter.rtm_family = AF_INET;
  filter.rtm_table = RT_TABLE_MAIN;
  if (ours_only) filter.rtm_protocol = our_route_protocol;
  const std::size_t start = open_request(out, RTM_GETROUTE, NLM_F_DUMP, sequence, filter);
  AttributeWriter(out).number(RTA_TABLE, std::uint32_t{RT_TABLE_MAIN});
  close_message(out, start);
}

void append_route(Bytes& out, std::uint32_t sequence, RouteRequest request, const Route& route) {
  const bool adds = request == RouteRequest::add;
  rtmsg message{};
  message.rtm_family = AF_INET;
  message.rtm_dst_len = route.prefix;
  message.rtm_table = RT_TABLE_MAIN;
  message.rtm_protocol = route.protocol;
  message.rtm_scope = route.scope;
  message.rtm_type = RTN_UNICAST;
  message.rtm_flags = adds ? route.flags : 0;
  const std::size_t start =
      open_request(out, adds ? RTM_NEWROUTE : RTM_DELROUTE,
                   adds ? NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL : NLM_F_ACK, sequence, message);
  AttributeWriter to(out);
  to.bytes(RTA_DST, std::as_bytes(std::span(route.destination.bytes)).first(address_size));
  if (route.priority != 0) to.number(RTA_PRIORITY, route.priority);
  if (adds) {
    to.nest(RTA_METRICS, [&] {
      if (route.is_locked) to.number(RTAX_LOCK, std::uint32_t{1U << RTAX_MTU});
      if (route.mtu != 0) to.number(RTAX_MTU, route.mtu);
    });
    const auto way = std::as_bytes(std::span(route.way));
    out.insert(out.end(), way.begin(), way.end());
  }
  close_message(out, start);
}

std::optional<Route> route_of(const Message& message) {
  rtmsg header{};
  if (message.type != RTM_NEWROUTE || message.payload.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, message.payload.data(), sizeof header);
  if (header.rtm_family != AF_INET || header.rtm_tos != 0 || header.rtm_dst_len > 32 ||
      (header.rtm_flags & RTM_F_CLONED) != 0)
    return std::nullopt;
  Attributes<RTA_MAX> in(message.payload.subspan(sizeof header));
  if (in.number_or<std::uint32_t>(RTA_TABLE, header.rtm_table) != RT_TABLE_MAIN)
    return std::nullopt;
  Route route;
  route.prefix = header.rtm_dst_len;
  route.protocol = header.rtm_protocol;
  route.scope = header.rtm_scope;
  route.forwards = header.rtm_type == RTN_UNICAST;
  route.flags = header.rtm_flags & RTNH_F_ONLINK;
  route.priority = in.number_or<std::uint32_t>(RTA_PRIORITY, 0);
  if (in.has(RTA_DST)) {
    const BytesView destination = in.bytes(RTA_DST);
    if (destination.size() < address_size) return std::nullopt;
    std::memcpy(route.destination.bytes.data(), destination.data(), address_size);
  }
  if (in.has(RTA_METRICS)) read_metrics(in.bytes(RTA_METRICS), route);
  if (in.has(RTA_OIF)) route.devices.push_back(in.number<std::uint32_t>(RTA_OIF));
  if (in.has(RTA_MULTIPATH)) route.devices = devices_of_hops(in.bytes(RTA_MULTIPATH));
  route.way = way_of(in);
  if (in.malformed()) return std::nullopt;
  return route;
}

}  // namespace lvsd
