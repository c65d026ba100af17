#include "test/fakes/fake_ipvs.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace lvsd::test {

namespace {

enum class Kind : std::uint8_t { any, u8, u16, u32, binary, string };

// One row of an nla_policy: the least length of numbers, the greatest of the others.
struct Rule {
  Kind kind = Kind::any;
  std::size_t longest = 0;
};

bool obeys(const Rule& rule, BytesView value) {
  switch (rule.kind) {
    case Kind::any:
      return true;
    case Kind::u8:
      return value.size() >= 1;
    case Kind::u16:
      return value.size() >= 2;
    case Kind::u32:
      return value.size() >= 4;
    case Kind::binary:
      return value.size() <= rule.longest;
    case Kind::string: {
      const auto end = std::ranges::find(value, std::byte{0});
      return end != value.end() && static_cast<std::size_t>(end - value.begin()) <= rule.longest;
    }
  }
  return false;
}

// nla_parse_nested_deprecated: every attribute below `Max` obeys its rule.
template <std::uint16_t Max>
bool obeys(const std::array<Rule, Max + 1>& policy, Attributes<Max>& in) {
  for (std::uint16_t type = 0; type <= Max; ++type)
    if (in.has(type) && !obeys(policy[type], in.bytes(type))) return false;
  return true;
}

constexpr auto kServicePolicy = [] {
  std::array<Rule, IPVS_SVC_ATTR_MAX + 1> rules{};
  rules[IPVS_SVC_ATTR_AF] = {Kind::u16};
  rules[IPVS_SVC_ATTR_PROTOCOL] = {Kind::u16};
  rules[IPVS_SVC_ATTR_ADDR] = {Kind::binary, 16};
  rules[IPVS_SVC_ATTR_PORT] = {Kind::u16};
  rules[IPVS_SVC_ATTR_FWMARK] = {Kind::u32};
  rules[IPVS_SVC_ATTR_SCHED_NAME] = {Kind::string, IP_VS_SCHEDNAME_MAXLEN - 1};
  rules[IPVS_SVC_ATTR_PE_NAME] = {Kind::string, IP_VS_PENAME_MAXLEN};
  rules[IPVS_SVC_ATTR_FLAGS] = {Kind::binary, sizeof(ip_vs_flags)};
  rules[IPVS_SVC_ATTR_TIMEOUT] = {Kind::u32};
  rules[IPVS_SVC_ATTR_NETMASK] = {Kind::u32};
  return rules;
}();

constexpr auto kDestinationPolicy = [] {
  std::array<Rule, IPVS_DEST_ATTR_MAX + 1> rules{};
  rules[IPVS_DEST_ATTR_ADDR] = {Kind::binary, 16};
  rules[IPVS_DEST_ATTR_PORT] = {Kind::u16};
  rules[IPVS_DEST_ATTR_FWD_METHOD] = {Kind::u32};
  rules[IPVS_DEST_ATTR_WEIGHT] = {Kind::u32};
  rules[IPVS_DEST_ATTR_U_THRESH] = {Kind::u32};
  rules[IPVS_DEST_ATTR_L_THRESH] = {Kind::u32};
  rules[IPVS_DEST_ATTR_ADDR_FAMILY] = {Kind::u16};
  rules[IPVS_DEST_ATTR_TUN_TYPE] = {Kind::u8};
  rules[IPVS_DEST_ATTR_TUN_PORT] = {Kind::u16};
  rules[IPVS_DEST_ATTR_TUN_FLAGS] = {Kind::u16};
  return rules;
}();

constexpr auto kDaemonPolicy = [] {
  std::array<Rule, IPVS_DAEMON_ATTR_MAX + 1> rules{};
  rules[IPVS_DAEMON_ATTR_STATE] = {Kind::u32};
  rules[IPVS_DAEMON_ATTR_MCAST_IFN] = {Kind::string, IP_VS_IFNAME_MAXLEN - 1};
  rules[IPVS_DAEMON_ATTR_SYNC_ID] = {Kind::u32};
  rules[IPVS_DAEMON_ATTR_SYNC_MAXLEN] = {Kind::u16};
  rules[IPVS_DAEMON_ATTR_MCAST_GROUP] = {Kind::u32};
  rules[IPVS_DAEMON_ATTR_MCAST_GROUP6] = {Kind::binary, 16};
  rules[IPVS_DAEMON_ATTR_MCAST_PORT] = {Kind::u16};
  rules[IPVS_DAEMON_ATTR_MCAST_TTL] = {Kind::u8};
  return rules;
}();

constexpr auto kCommandPolicy = [] {
  std::array<Rule, IPVS_CMD_ATTR_MAX + 1> rules{};
  rules[IPVS_CMD_ATTR_TIMEOUT_TCP] = {Kind::u32};
  rules[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN] = {Kind::u32};
  rules[IPVS_CMD_ATTR_TIMEOUT_UDP] = {Kind::u32};
  return rules;
}();

// INT_MAX jiffies at 100 Hz, as user-mode-linux has them.
constexpr std::uint32_t kLongestTimeout = 21474836;

std::array<std::uint8_t, 16> address(BytesView bytes) {
  std::array<std::uint8_t, 16> value{};
  std::memcpy(value.data(), bytes.data(), std::min(bytes.size(), value.size()));
  return value;
}

bool same_key(const FakeService& a, const FakeService& b) {
  if (a.family != b.family || a.fwmark != b.fwmark) return false;
  return a.fwmark != 0 || (a.protocol == b.protocol && a.address == b.address && a.port == b.port);
}

bool same_key(const FakeDestination& a, const FakeDestination& b) {
  return a.family == b.family && a.address == b.address && a.port == b.port;
}

// Unicast, and for IPv6 not link-local unless it is the director's own, of which the fake has only
// the loopback.
bool is_server_address(const FakeDestination& destination) {
  const auto& bytes = destination.address;
  if (destination.family == AF_INET) return bytes[0] != 0 && bytes[0] < 224;
  const bool unspecified = bytes == std::array<std::uint8_t, 16>{};
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  return !unspecified && !link_local && bytes[0] != 0xff;
}

Family family(std::uint16_t af) {
  return af == AF_INET6 ? Family::v6 : Family::v4;
}

std::uint32_t swapped(std::uint32_t value) {
  return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

ServiceSettings settings(const FakeService& service) {
  ServiceSettings out;
  out.scheduler = service.scheduler == "none" ? "" : service.scheduler;
  out.flags = {(service.flags & 4) != 0, (service.flags & 8) != 0, (service.flags & 16) != 0,
               (service.flags & 32) != 0};
  const bool persistent = (service.flags & 1) != 0 && service.timeout != 0;
  out.persistence_timeout = persistent ? service.timeout : 0;
  out.persistence_netmask = host_netmask(family(service.family));
  if (persistent)
    out.persistence_netmask =
        service.family == AF_INET ? swapped(service.netmask) : service.netmask;
  out.persistence_engine = service.engine;
  return out;
}

DestinationSettings settings(const FakeDestination& destination) {
  DestinationSettings out{.forwarding = static_cast<Forwarding>(destination.forwarding),
                          .tunnel = {},
                          .weight = static_cast<std::uint32_t>(destination.weight),
                          .upper_threshold = destination.upper_threshold,
                          .lower_threshold = destination.lower_threshold};
  if (out.forwarding == Forwarding::tunnel)
    out.tunnel = {static_cast<TunnelType>(destination.tunnel_type), destination.tunnel_port,
                  static_cast<TunnelChecksum>(destination.tunnel_flags)};
  return out;
}

template <class Number>
void fill_counters(AttributeWriter& to, const Traffic& traffic) {
  const auto put = [&to](std::uint16_t type, std::uint64_t value) {
    to.number(type, static_cast<Number>(value));
  };
  put(IPVS_STATS_ATTR_CONNS, traffic.counters.connections);
  put(IPVS_STATS_ATTR_INPKTS, traffic.counters.in_packets);
  put(IPVS_STATS_ATTR_OUTPKTS, traffic.counters.out_packets);
  to.number(IPVS_STATS_ATTR_INBYTES, traffic.counters.in_bytes);
  to.number(IPVS_STATS_ATTR_OUTBYTES, traffic.counters.out_bytes);
  put(IPVS_STATS_ATTR_CPS, traffic.rates.connections);
  put(IPVS_STATS_ATTR_INPPS, traffic.rates.in_packets);
  put(IPVS_STATS_ATTR_OUTPPS, traffic.rates.out_packets);
  put(IPVS_STATS_ATTR_INBPS, traffic.rates.in_bytes);
  put(IPVS_STATS_ATTR_OUTBPS, traffic.rates.out_bytes);
}

}  // namespace

int FakeIpvs::parse_service(const Command& in, bool full, FakeService& parsed,
                            FakeService*& found) const {
  found = nullptr;
  Command outer = in;
  if (!outer.has(IPVS_CMD_ATTR_SERVICE)) return EINVAL;
  Attributes<IPVS_SVC_ATTR_MAX> attributes(outer.bytes(IPVS_CMD_ATTR_SERVICE));
  if (!obeys<IPVS_SVC_ATTR_MAX>(kServicePolicy, attributes)) return EINVAL;

  const bool has_address = attributes.has(IPVS_SVC_ATTR_PORT) &&
                           attributes.has(IPVS_SVC_ATTR_PROTOCOL) &&
                           attributes.has(IPVS_SVC_ATTR_ADDR);
  if (!attributes.has(IPVS_SVC_ATTR_AF) || !(attributes.has(IPVS_SVC_ATTR_FWMARK) || has_address))
    return EINVAL;
  parsed.family = attributes.number<std::uint16_t>(IPVS_SVC_ATTR_AF);
  if (parsed.family != AF_INET && !(has_ipv6 && parsed.family == AF_INET6)) return EAFNOSUPPORT;
  parsed.protocol = 6;
  if (attributes.has(IPVS_SVC_ATTR_FWMARK)) {
    parsed.fwmark = attributes.number<std::uint32_t>(IPVS_SVC_ATTR_FWMARK);
  } else {
    parsed.protocol = attributes.number<std::uint16_t>(IPVS_SVC_ATTR_PROTOCOL);
    parsed.address = address(attributes.bytes(IPVS_SVC_ATTR_ADDR));
    parsed.port = attributes.big_endian_16(IPVS_SVC_ATTR_PORT);
  }
  const auto it = std::ranges::find_if(
      services, [&parsed](const FakeService& service) { return same_key(service, parsed); });
  if (it != services.end()) found = const_cast<FakeService*>(&*it);
  if (!full) return 0;

  if (!attributes.has(IPVS_SVC_ATTR_SCHED_NAME) || !attributes.has(IPVS_SVC_ATTR_FLAGS) ||
      !attributes.has(IPVS_SVC_ATTR_TIMEOUT) || !attributes.has(IPVS_SVC_ATTR_NETMASK))
    return EINVAL;
  ip_vs_flags flags{};
  const BytesView flag_bytes = attributes.bytes(IPVS_SVC_ATTR_FLAGS);
  std::memcpy(&flags, flag_bytes.data(), std::min(flag_bytes.size(), sizeof flags));
  parsed.flags = ((found != nullptr ? found->flags : 0) & ~flags.mask) | (flags.flags & flags.mask);
  parsed.scheduler = attributes.string(IPVS_SVC_ATTR_SCHED_NAME);
  if (attributes.has(IPVS_SVC_ATTR_PE_NAME))
    parsed.engine = attributes.string(IPVS_SVC_ATTR_PE_NAME);
  parsed.timeout = attributes.number<std::uint32_t>(IPVS_SVC_ATTR_TIMEOUT);
  parsed.netmask = attributes.number<std::uint32_t>(IPVS_SVC_ATTR_NETMASK);
  return 0;
}

int FakeIpvs::check_service(const FakeService& wanted) const {
  if (wanted.scheduler != "none" && !schedulers.contains(wanted.scheduler)) return ENOENT;
  if (!wanted.engine.empty() && !engines.contains(wanted.engine)) return ENOENT;
  if (wanted.family == AF_INET6 && (wanted.netmask < 1 || wanted.netmask > 128)) return EINVAL;
  return 0;
}

int FakeIpvs::add_service(const FakeService& wanted) {
  if (const int error = check_service(wanted); error != 0) return error;
  services.push_back(wanted);
  services.back().flags |= IP_VS_SVC_F_HASHED;
  return 0;
}

int FakeIpvs::set_service(FakeService& service, const FakeService& wanted) const {
  if (const int error = check_service(wanted); error != 0) return error;
  service.scheduler = wanted.scheduler;
  service.engine = wanted.engine;
  service.flags = wanted.flags | IP_VS_SVC_F_HASHED;
  service.timeout = wanted.timeout;
  service.netmask = wanted.netmask;
  return 0;
}

int FakeIpvs::change(std::uint8_t command, BytesView attributes) {
  Command in(attributes);
  if (!obeys<IPVS_CMD_ATTR_MAX>(kCommandPolicy, in)) return ERANGE;
  switch (command) {
    case IPVS_CMD_FLUSH:
      services.clear();
      return 0;
    case IPVS_CMD_SET_CONFIG:
      return set_timeouts(in);
    case IPVS_CMD_NEW_DAEMON:
    case IPVS_CMD_DEL_DAEMON:
      return change_sync(command, in);
    case IPVS_CMD_ZERO:
      if (in.has(IPVS_CMD_ATTR_SERVICE)) return change_table(command, in);
      for (FakeService& service : services)
        service.traffic = {};
      return 0;
    default:
      return change_table(command, in);
  }
}

int FakeIpvs::set_timeouts(Command in) {
  const auto tcp = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_TCP, 0);
  const auto tcp_fin = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, 0);
  const auto udp = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_UDP, 0);
  for (const std::uint32_t timeout : {tcp, tcp_fin, udp})
    if (timeout > kLongestTimeout) return EINVAL;
  if (tcp != 0) controls.timeouts.tcp = tcp;
  if (tcp_fin != 0) controls.timeouts.tcp_fin = tcp_fin;
  if (udp != 0) controls.timeouts.udp = udp;
  return 0;
}

int FakeIpvs::change_sync(std::uint8_t command, Command in) {
  if (!in.has(IPVS_CMD_ATTR_DAEMON)) return EINVAL;
  Attributes<IPVS_DAEMON_ATTR_MAX> daemon(in.bytes(IPVS_CMD_ATTR_DAEMON));
  if (!obeys<IPVS_DAEMON_ATTR_MAX>(kDaemonPolicy, daemon)) return EINVAL;
  if (!daemon.has(IPVS_DAEMON_ATTR_STATE)) return EINVAL;
  const auto state = daemon.number<std::uint32_t>(IPVS_DAEMON_ATTR_STATE);
  const auto role = static_cast<SyncRole>(state);
  const bool has_role = state == 1 || state == 2;
  if (command == IPVS_CMD_DEL_DAEMON) {
    if (!has_role) return EINVAL;
    return controls.sync.erase(role) != 0 ? 0 : ESRCH;
  }
  if (!daemon.has(IPVS_DAEMON_ATTR_MCAST_IFN) || !daemon.has(IPVS_DAEMON_ATTR_SYNC_ID))
    return EINVAL;
  SyncSettings wanted;
  wanted.interface = daemon.string(IPVS_DAEMON_ATTR_MCAST_IFN);
  wanted.id = static_cast<std::uint8_t>(daemon.number<std::uint32_t>(IPVS_DAEMON_ATTR_SYNC_ID));
  wanted.max_length = daemon.number_or<std::uint16_t>(IPVS_DAEMON_ATTR_SYNC_MAXLEN, 0);
  // The kernel takes what the interface's MTU leaves, 1500 here, less the headers.
  if (wanted.max_length == 0) wanted.max_length = 1472;
  wanted.port = daemon.number_or<std::uint16_t>(IPVS_DAEMON_ATTR_MCAST_PORT, 8848);
  wanted.ttl = daemon.number_or<std::uint8_t>(IPVS_DAEMON_ATTR_MCAST_TTL, 1);
  if (daemon.has(IPVS_DAEMON_ATTR_MCAST_GROUP))
    wanted.group = {Family::v4, address(daemon.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP))};
  else if (daemon.has(IPVS_DAEMON_ATTR_MCAST_GROUP6))
    wanted.group = {Family::v6, address(daemon.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6))};
  if (!is_multicast(wanted.group) || has_mixed_families()) return EINVAL;
  if (!interfaces.contains(wanted.interface)) return ENODEV;
  if (!has_role) return EINVAL;
  return controls.sync.emplace(role, wanted).second ? 0 : EEXIST;
}

bool FakeIpvs::has_mixed_families() const {
  return std::ranges::any_of(services, [](const FakeService& service) {
    return std::ranges::any_of(service.destinations, [&](const FakeDestination& destination) {
      return destination.family != service.family;
    });
  });
}

int FakeIpvs::change_table(std::uint8_t command, const Command& in) {
  const bool full = command == IPVS_CMD_NEW_SERVICE || command == IPVS_CMD_SET_SERVICE;
  FakeService wanted;
  FakeService* service = nullptr;
  if (const int error = parse_service(in, full, wanted, service); error != 0) return error;
  if (command == IPVS_CMD_NEW_SERVICE) return service != nullptr ? EEXIST : add_service(wanted);
  if (service == nullptr) return ESRCH;
  switch (command) {
    case IPVS_CMD_SET_SERVICE:
      return set_service(*service, wanted);
    case IPVS_CMD_DEL_SERVICE:
      std::erase_if(services, [service](const FakeService& s) { return &s == service; });
      return 0;
    case IPVS_CMD_ZERO:
      service->traffic = {};
      return 0;
    default:
      return change_destination(command, in, *service);
  }
}

namespace {

int parse_destination(FakeIpvs::Command in, bool full, FakeDestination& parsed) {
  if (!in.has(IPVS_CMD_ATTR_DEST)) return EINVAL;
  Attributes<IPVS_DEST_ATTR_MAX> attributes(in.bytes(IPVS_CMD_ATTR_DEST));
  if (!obeys<IPVS_DEST_ATTR_MAX>(kDestinationPolicy, attributes)) return EINVAL;
  if (!attributes.has(IPVS_DEST_ATTR_ADDR) || !attributes.has(IPVS_DEST_ATTR_PORT)) return EINVAL;
  parsed.address = address(attributes.bytes(IPVS_DEST_ATTR_ADDR));
  parsed.port = attributes.big_endian_16(IPVS_DEST_ATTR_PORT);
  parsed.family = attributes.number_or<std::uint16_t>(IPVS_DEST_ATTR_ADDR_FAMILY, 0);
  if (!full) return 0;
  if (!attributes.has(IPVS_DEST_ATTR_FWD_METHOD) || !attributes.has(IPVS_DEST_ATTR_WEIGHT) ||
      !attributes.has(IPVS_DEST_ATTR_U_THRESH) || !attributes.has(IPVS_DEST_ATTR_L_THRESH))
    return EINVAL;
  parsed.forwarding = attributes.number<std::uint32_t>(IPVS_DEST_ATTR_FWD_METHOD) & 7;
  parsed.weight =
      static_cast<std::int32_t>(attributes.number<std::uint32_t>(IPVS_DEST_ATTR_WEIGHT));
  parsed.upper_threshold = attributes.number<std::uint32_t>(IPVS_DEST_ATTR_U_THRESH);
  parsed.lower_threshold = attributes.number<std::uint32_t>(IPVS_DEST_ATTR_L_THRESH);
  parsed.tunnel_type = attributes.number_or<std::uint8_t>(IPVS_DEST_ATTR_TUN_TYPE, 0);
  if (attributes.has(IPVS_DEST_ATTR_TUN_PORT))
    parsed.tunnel_port = attributes.big_endian_16(IPVS_DEST_ATTR_TUN_PORT);
  parsed.tunnel_flags = attributes.number_or<std::uint16_t>(IPVS_DEST_ATTR_TUN_FLAGS, 0);
  return 0;
}

int check_destination(const FakeDestination& wanted) {
  if (wanted.weight < 0 || wanted.lower_threshold > wanted.upper_threshold) return ERANGE;
  if (wanted.tunnel_type == IP_VS_CONN_F_TUNNEL_TYPE_GUE && wanted.tunnel_port == 0) return EINVAL;
  return 0;
}

}  // namespace

int FakeIpvs::change_destination(std::uint8_t command, const Command& in,
                                 FakeService& service) const {
  FakeDestination wanted;
  const bool removal = command == IPVS_CMD_DEL_DEST;
  if (const int error = parse_destination(in, !removal, wanted); error != 0) return error;
  if (wanted.family == 0) wanted.family = service.family;
  if (wanted.family != AF_INET && !(has_ipv6 && wanted.family == AF_INET6)) return EAFNOSUPPORT;
  if (wanted.family != service.family && !removal &&
      (!controls.sync.empty() || wanted.forwarding != IP_VS_CONN_F_TUNNEL))
    return EINVAL;
  if (!removal)
    if (const int error = check_destination(wanted); error != 0) return error;

  const auto found = std::ranges::find_if(
      service.destinations,
      [&wanted](const FakeDestination& destination) { return same_key(destination, wanted); });
  const bool exists = found != service.destinations.end();
  if (command == IPVS_CMD_NEW_DEST) {
    if (exists) return EEXIST;
    if (!is_server_address(wanted)) return EINVAL;
    service.destinations.push_front(wanted);
    return 0;
  }
  if (!exists) return ENOENT;
  if (removal) {
    service.destinations.erase(found);
    return 0;
  }
  wanted.counters = found->counters;
  *found = wanted;
  return 0;
}

int FakeIpvs::find(BytesView attributes, const FakeService*& found) const {
  FakeService wanted;
  FakeService* service = nullptr;
  const int error = parse_service(Command(attributes), false, wanted, service);
  found = service;
  if (error != 0) return error;
  return service == nullptr ? ESRCH : 0;
}

const FakeService* FakeIpvs::service_of_list(BytesView attributes) const {
  const FakeService* found = nullptr;
  return find(attributes, found) == 0 ? found : nullptr;
}

void FakeIpvs::fill(AttributeWriter& to, const FakeService& service) const {
  to.number(IPVS_SVC_ATTR_AF, service.family);
  if (service.fwmark != 0) {
    to.number(IPVS_SVC_ATTR_FWMARK, service.fwmark);
  } else {
    to.number(IPVS_SVC_ATTR_PROTOCOL, service.protocol);
    to.bytes(IPVS_SVC_ATTR_ADDR, std::as_bytes(std::span(service.address)));
    to.big_endian(IPVS_SVC_ATTR_PORT, service.port);
  }
  to.string(IPVS_SVC_ATTR_SCHED_NAME, service.scheduler);
  if (!service.engine.empty()) to.string(IPVS_SVC_ATTR_PE_NAME, service.engine);
  const ip_vs_flags flags{service.flags, ~std::uint32_t{0}};
  to.bytes(IPVS_SVC_ATTR_FLAGS, std::as_bytes(std::span(&flags, 1)));
  to.number(IPVS_SVC_ATTR_TIMEOUT, service.timeout);
  to.number(IPVS_SVC_ATTR_NETMASK, service.netmask);
  to.nest(IPVS_SVC_ATTR_STATS, [&] { fill_counters<std::uint32_t>(to, service.traffic); });
  if (has_stats64)
    to.nest(IPVS_SVC_ATTR_STATS64, [&] { fill_counters<std::uint64_t>(to, service.traffic); });
}

void FakeIpvs::fill(AttributeWriter& to, const FakeDestination& destination) const {
  to.bytes(IPVS_DEST_ATTR_ADDR, std::as_bytes(std::span(destination.address)));
  to.big_endian(IPVS_DEST_ATTR_PORT, destination.port);
  to.number(IPVS_DEST_ATTR_FWD_METHOD, destination.forwarding);
  to.number(IPVS_DEST_ATTR_WEIGHT, static_cast<std::uint32_t>(destination.weight));
  to.number(IPVS_DEST_ATTR_TUN_TYPE, destination.tunnel_type);
  to.big_endian(IPVS_DEST_ATTR_TUN_PORT, destination.tunnel_port);
  to.number(IPVS_DEST_ATTR_TUN_FLAGS, destination.tunnel_flags);
  to.number(IPVS_DEST_ATTR_U_THRESH, destination.upper_threshold);
  to.number(IPVS_DEST_ATTR_L_THRESH, destination.lower_threshold);
  to.number(IPVS_DEST_ATTR_ACTIVE_CONNS, destination.counters.active_connections);
  to.number(IPVS_DEST_ATTR_INACT_CONNS, destination.counters.inactive_connections);
  to.number(IPVS_DEST_ATTR_PERSIST_CONNS, destination.counters.persistent_connections);
  to.number(IPVS_DEST_ATTR_ADDR_FAMILY, destination.family);
  const Traffic& traffic = destination.counters.traffic;
  to.nest(IPVS_DEST_ATTR_STATS, [&] { fill_counters<std::uint32_t>(to, traffic); });
  if (has_stats64)
    to.nest(IPVS_DEST_ATTR_STATS64, [&] { fill_counters<std::uint64_t>(to, traffic); });
}

void FakeIpvs::fill_timeouts(AttributeWriter& to) const {
  to.number(IPVS_CMD_ATTR_TIMEOUT_TCP, controls.timeouts.tcp);
  to.number(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, controls.timeouts.tcp_fin);
  to.number(IPVS_CMD_ATTR_TIMEOUT_UDP, controls.timeouts.udp);
}

void FakeIpvs::fill_sync(AttributeWriter& to, SyncRole role) const {
  const SyncSettings& daemon = controls.sync.at(role);
  to.number(IPVS_DAEMON_ATTR_STATE, static_cast<std::uint32_t>(role));
  to.string(IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface);
  to.number(IPVS_DAEMON_ATTR_SYNC_ID, std::uint32_t{daemon.id});
  to.number(IPVS_DAEMON_ATTR_SYNC_MAXLEN, daemon.max_length);
  to.number(IPVS_DAEMON_ATTR_MCAST_PORT, daemon.port);
  to.number(IPVS_DAEMON_ATTR_MCAST_TTL, daemon.ttl);
  const BytesView group = std::as_bytes(std::span(daemon.group.bytes));
  if (daemon.group.family == Family::v4)
    to.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP, group.first(4));
  else
    to.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6, group);
}

Table FakeIpvs::table() const {
  Table table;
  for (const FakeService& service : services) {
    if (service.fwmark == 0 && service.protocol != 6 && service.protocol != 17 &&
        service.protocol != 132)
      continue;
    const ServiceKey key =
        service.fwmark != 0
            ? fwmark_service(service.fwmark, family(service.family))
            : address_service(static_cast<Protocol>(service.protocol),
                              {{family(service.family), service.address}, service.port});
    Service& out = table[key];
    out.settings = settings(service);
    for (const FakeDestination& destination : service.destinations)
      out.destinations[{{family(destination.family), destination.address}, destination.port}] =
          settings(destination);
  }
  return table;
}

}  // namespace lvsd::test
