#include "netlink/ipvs_codec.h"

#include <linux/ip_vs.h>
#include <sys/socket.h>

#include <algorithm>

namespace lvsd {

namespace {

// The bits of ip_vs_flags that are ours to decide; the mask leaves the kernel's own alone.
constexpr std::uint32_t kConfiguredFlags = IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_ONEPACKET |
                                           IP_VS_SVC_F_SCHED1 | IP_VS_SVC_F_SCHED2 |
                                           IP_VS_SVC_F_SCHED3;

// A service without scheduler: it exists and refuses everything (ip_vs_ctl.c).
constexpr std::string_view kNoScheduler = "none";

constexpr std::uint16_t af(Family family) {
  return family == Family::v6 ? AF_INET6 : AF_INET;
}

std::optional<Family> family_of(std::uint16_t af) {
  if (af == AF_INET) return Family::v4;
  if (af == AF_INET6) return Family::v6;
  return std::nullopt;
}

bool is_persistent(const ServiceSettings& settings) {
  return settings.persistence_timeout != 0;
}

std::uint32_t flag_bits(const ServiceSettings& settings) {
  std::uint32_t bits = 0;
  if (is_persistent(settings)) bits |= IP_VS_SVC_F_PERSISTENT;
  if (settings.flags.one_packet) bits |= IP_VS_SVC_F_ONEPACKET;
  if (settings.flags.flag_1) bits |= IP_VS_SVC_F_SCHED1;
  if (settings.flags.flag_2) bits |= IP_VS_SVC_F_SCHED2;
  if (settings.flags.flag_3) bits |= IP_VS_SVC_F_SCHED3;
  return bits;
}

SchedulerFlags scheduler_flags(std::uint32_t bits) {
  return {.one_packet = (bits & IP_VS_SVC_F_ONEPACKET) != 0,
          .flag_1 = (bits & IP_VS_SVC_F_SCHED1) != 0,
          .flag_2 = (bits & IP_VS_SVC_F_SCHED2) != 0,
          .flag_3 = (bits & IP_VS_SVC_F_SCHED3) != 0};
}

void put_settings(AttributeWriter& to, const ServiceSettings& settings, Family family) {
  to.string(IPVS_SVC_ATTR_SCHED_NAME,
            settings.scheduler.empty() ? kNoScheduler : std::string_view(settings.scheduler));
  const ip_vs_flags flags{.flags = flag_bits(settings), .mask = kConfiguredFlags};
  to.bytes(IPVS_SVC_ATTR_FLAGS, std::as_bytes(std::span(&flags, 1)));
  to.number(IPVS_SVC_ATTR_TIMEOUT, settings.persistence_timeout);
  const std::uint32_t netmask =
      is_persistent(settings) ? settings.persistence_netmask : host_netmask(family);
  // IPv4: a mask in network order. IPv6: a prefix length in the machine's order.
  if (family == Family::v4)
    to.big_endian(IPVS_SVC_ATTR_NETMASK, netmask);
  else
    to.number(IPVS_SVC_ATTR_NETMASK, netmask);
  if (!settings.persistence_engine.empty())
    to.string(IPVS_SVC_ATTR_PE_NAME, settings.persistence_engine);
}

void put_destination_key(AttributeWriter& to, const DestinationKey& key) {
  to.bytes(IPVS_DEST_ATTR_ADDR, bytes_of(key.address));
  to.big_endian(IPVS_DEST_ATTR_PORT, key.port);
  // Without it the kernel assumes the service's, on removal as well.
  to.number(IPVS_DEST_ATTR_ADDR_FAMILY, af(key.address.family));
}

void put_settings(AttributeWriter& to, const DestinationSettings& settings) {
  to.number(IPVS_DEST_ATTR_FWD_METHOD, static_cast<std::uint32_t>(settings.forwarding));
  to.number(IPVS_DEST_ATTR_WEIGHT, settings.weight);
  to.number(IPVS_DEST_ATTR_U_THRESH, settings.upper_threshold);
  to.number(IPVS_DEST_ATTR_L_THRESH, settings.lower_threshold);
  if (settings.forwarding != Forwarding::tunnel) return;
  to.number(IPVS_DEST_ATTR_TUN_TYPE, static_cast<std::uint8_t>(settings.tunnel.type));
  to.big_endian(IPVS_DEST_ATTR_TUN_PORT, settings.tunnel.port);
  to.number(IPVS_DEST_ATTR_TUN_FLAGS, static_cast<std::uint16_t>(settings.tunnel.checksum));
}

struct AppendOp {
  Bytes& out;
  const RequestHeader& header;

  void operator()(const AddService& op) const { service(IPVS_CMD_NEW_SERVICE, op); }
  void operator()(const SetService& op) const { service(IPVS_CMD_SET_SERVICE, op); }
  void operator()(const RemoveService& op) const {
    append_command(out, header, IPVS_CMD_DEL_SERVICE, op.service);
  }
  void operator()(const AddDestination& op) const { destination(IPVS_CMD_NEW_DEST, op); }
  void operator()(const SetDestination& op) const { destination(IPVS_CMD_SET_DEST, op); }
  void operator()(const RemoveDestination& op) const {
    append_command(out, header, IPVS_CMD_DEL_DEST, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_SERVICE, [&] { put_service_key(to, op.service); });
      to.nest(IPVS_CMD_ATTR_DEST, [&] { put_destination_key(to, op.destination); });
    });
  }

 private:
  template <class ServiceOp>
  void service(std::uint8_t command, const ServiceOp& op) const {
    append_command(out, header, command, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_SERVICE, [&] {
        put_service_key(to, op.service);
        put_settings(to, op.settings, op.service.family);
      });
    });
  }
  template <class DestinationOp>
  void destination(std::uint8_t command, const DestinationOp& op) const {
    append_command(out, header, command, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_SERVICE, [&] { put_service_key(to, op.service); });
      to.nest(IPVS_CMD_ATTR_DEST, [&] {
        put_destination_key(to, op.destination);
        put_settings(to, op.settings);
      });
    });
  }
};

template <class Number, class StatsAttributes>
Traffic traffic(StatsAttributes& stats) {
  const auto get = [&stats](std::uint16_t type) -> std::uint64_t {
    return stats.template number<Number>(type);
  };
  const auto bytes = [&stats](std::uint16_t type) {  // 64 bits wide in either form
    return stats.template number<std::uint64_t>(type);
  };
  return {.counters = {.connections = get(IPVS_STATS_ATTR_CONNS),
                       .in_packets = get(IPVS_STATS_ATTR_INPKTS),
                       .out_packets = get(IPVS_STATS_ATTR_OUTPKTS),
                       .in_bytes = bytes(IPVS_STATS_ATTR_INBYTES),
                       .out_bytes = bytes(IPVS_STATS_ATTR_OUTBYTES)},
          .rates = {.connections = get(IPVS_STATS_ATTR_CPS),
                    .in_packets = get(IPVS_STATS_ATTR_INPPS),
                    .out_packets = get(IPVS_STATS_ATTR_OUTPPS),
                    .in_bytes = get(IPVS_STATS_ATTR_INBPS),
                    .out_bytes = get(IPVS_STATS_ATTR_OUTBPS)}};
}

// STATS64 came with Linux 4.1.
template <std::uint16_t Max>
std::optional<Traffic> traffic_of(Attributes<Max>& entry, std::uint16_t wide,
                                  std::uint16_t narrow) {
  const bool is_wide = entry.has(wide);
  Attributes<IPVS_STATS_ATTR_MAX> stats(entry.bytes(is_wide ? wide : narrow));
  const Traffic result = is_wide ? traffic<std::uint64_t>(stats) : traffic<std::uint32_t>(stats);
  if (stats.malformed()) return std::nullopt;
  return result;
}

std::optional<Protocol> protocol_of(std::uint16_t number) {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp})
    if (number == static_cast<std::uint16_t>(protocol)) return protocol;
  return std::nullopt;
}

using ServiceAttributes = Attributes<IPVS_SVC_ATTR_MAX>;
using DestinationAttributes = Attributes<IPVS_DEST_ATTR_MAX>;

Result<ServiceKey> key_of(ServiceAttributes& in) {
  const auto family = family_of(in.number<std::uint16_t>(IPVS_SVC_ATTR_AF));
  if (!family) return malformed("the family of a service");
  if (in.has(IPVS_SVC_ATTR_FWMARK))
    return fwmark_service(in.number<std::uint32_t>(IPVS_SVC_ATTR_FWMARK), *family);

  const auto number = in.number<std::uint16_t>(IPVS_SVC_ATTR_PROTOCOL);
  const auto address = address_of(in.bytes(IPVS_SVC_ATTR_ADDR), *family);
  const auto port = in.big_endian_16(IPVS_SVC_ATTR_PORT);
  if (!address || in.malformed()) return malformed("the key of a service");
  const auto protocol = protocol_of(number);
  if (!protocol) {
    return Error{codec_errc::unnameable, "reading the service " + text(Endpoint{*address, port}) +
                                             " of protocol " + std::to_string(number)};
  }
  return address_service(*protocol, Endpoint{*address, port});
}

ServiceSettings settings_of(ServiceAttributes& in, Family family) {
  ServiceSettings settings;
  settings.scheduler = in.string(IPVS_SVC_ATTR_SCHED_NAME);
  if (settings.scheduler == kNoScheduler) settings.scheduler.clear();
  const std::uint32_t flags = in.number<std::uint32_t>(IPVS_SVC_ATTR_FLAGS);
  settings.flags = scheduler_flags(flags);
  const auto timeout = in.number<std::uint32_t>(IPVS_SVC_ATTR_TIMEOUT);
  settings.persistence_timeout = (flags & IP_VS_SVC_F_PERSISTENT) != 0 ? timeout : 0;
  const auto netmask = family == Family::v4 ? in.big_endian_32(IPVS_SVC_ATTR_NETMASK)
                                            : in.number<std::uint32_t>(IPVS_SVC_ATTR_NETMASK);
  settings.persistence_netmask = is_persistent(settings) ? netmask : host_netmask(family);
  if (in.has(IPVS_SVC_ATTR_PE_NAME)) settings.persistence_engine = in.string(IPVS_SVC_ATTR_PE_NAME);
  return settings;
}

std::optional<DestinationKey> key_of(DestinationAttributes& in, Family service_family) {
  const auto number = in.number_or<std::uint16_t>(IPVS_DEST_ATTR_ADDR_FAMILY, 0);
  const auto family = number == 0 ? service_family : family_of(number);
  if (!family) return std::nullopt;
  const auto address = address_of(in.bytes(IPVS_DEST_ATTR_ADDR), *family);
  const auto port = in.big_endian_16(IPVS_DEST_ATTR_PORT);
  if (!address) return std::nullopt;
  return DestinationKey{*address, port};
}

DestinationSettings settings_of(DestinationAttributes& in) {
  DestinationSettings settings;
  // Whoever set a value that has no name gets it shown as it is, and set right.
  settings.forwarding = static_cast<Forwarding>(
      in.number<std::uint32_t>(IPVS_DEST_ATTR_FWD_METHOD) & IP_VS_CONN_F_FWD_MASK);
  settings.weight = in.number<std::uint32_t>(IPVS_DEST_ATTR_WEIGHT);
  settings.upper_threshold = in.number<std::uint32_t>(IPVS_DEST_ATTR_U_THRESH);
  settings.lower_threshold = in.number<std::uint32_t>(IPVS_DEST_ATTR_L_THRESH);
  if (settings.forwarding != Forwarding::tunnel) return settings;
  settings.tunnel.type =
      static_cast<TunnelType>(in.number_or<std::uint8_t>(IPVS_DEST_ATTR_TUN_TYPE, 0));
  if (in.has(IPVS_DEST_ATTR_TUN_PORT))
    settings.tunnel.port = in.big_endian_16(IPVS_DEST_ATTR_TUN_PORT);
  settings.tunnel.checksum =
      static_cast<TunnelChecksum>(in.number_or<std::uint16_t>(IPVS_DEST_ATTR_TUN_FLAGS, 0));
  return settings;
}

}  // namespace

void append_request(Bytes& out, const RequestHeader& header, const Op& op) {
  std::visit(AppendOp{out, header}, op);
}

void append_get_info(Bytes& out, const RequestHeader& header) {
  append_command(out, header, IPVS_CMD_GET_INFO, [](AttributeWriter&) {});
}

void append_get_services(Bytes& out, const RequestHeader& header) {
  append_command(out, header, IPVS_CMD_GET_SERVICE, [](AttributeWriter&) {});
}

void append_get_service(Bytes& out, const RequestHeader& header, const ServiceKey& service) {
  append_command(out, header, IPVS_CMD_GET_SERVICE, service);
}

void append_get_destinations(Bytes& out, const RequestHeader& header, const ServiceKey& service) {
  append_command(out, header, IPVS_CMD_GET_DEST, service);
}

Result<IpvsInfo> ipvs_info(const Message& message) {
  const auto payload = generic_payload(message);
  if (!payload) return malformed("the version");
  Attributes<IPVS_INFO_ATTR_MAX> in(payload->attributes);
  const IpvsInfo info{
      .version = in.number<std::uint32_t>(IPVS_INFO_ATTR_VERSION),
      .connection_table_size = in.number<std::uint32_t>(IPVS_INFO_ATTR_CONN_TAB_SIZE)};
  if (in.malformed()) return malformed("the version");
  return info;
}

Result<ServiceEntry> service_entry(const Message& message) {
  const auto nest = nested(message, IPVS_CMD_ATTR_SERVICE);
  if (!nest) return malformed("a service");
  ServiceAttributes in(*nest);
  const auto key = key_of(in);
  if (!key) return key.error();
  const auto settings = settings_of(in, key->family);
  const auto traffic = traffic_of(in, IPVS_SVC_ATTR_STATS64, IPVS_SVC_ATTR_STATS);
  if (in.malformed() || !traffic) return malformed("the service " + text(*key));
  return ServiceEntry{*key, settings, *traffic};
}

Result<DestinationEntry> destination_entry(const Message& message, Family family) {
  const auto nest = nested(message, IPVS_CMD_ATTR_DEST);
  if (!nest) return malformed("a destination");
  DestinationAttributes in(*nest);
  const auto key = key_of(in, family);
  const auto settings = settings_of(in);
  DestinationCounters counters{
      .active_connections = in.number<std::uint32_t>(IPVS_DEST_ATTR_ACTIVE_CONNS),
      .inactive_connections = in.number<std::uint32_t>(IPVS_DEST_ATTR_INACT_CONNS),
      .persistent_connections = in.number<std::uint32_t>(IPVS_DEST_ATTR_PERSIST_CONNS),
      .traffic = {}};
  const auto traffic = traffic_of(in, IPVS_DEST_ATTR_STATS64, IPVS_DEST_ATTR_STATS);
  if (!key || in.malformed() || !traffic) return malformed("a destination");
  counters.traffic = *traffic;
  return DestinationEntry{*key, settings, counters};
}

}  // namespace lvsd
