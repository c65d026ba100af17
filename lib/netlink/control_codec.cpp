#include "netlink/control_codec.h"

#include <linux/ip_vs.h>

namespace lvsd {

namespace {

void put_role(AttributeWriter& to, SyncRole role) {
  to.number(IPVS_DAEMON_ATTR_STATE, static_cast<std::uint32_t>(role));
}

void put_daemon(AttributeWriter& to, const SyncSettings& daemon) {
  to.string(IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface);
  to.number(IPVS_DAEMON_ATTR_SYNC_ID, std::uint32_t{daemon.id});
  // The kernel chooses a length by the MTU when this is absent or 0.
  if (daemon.max_length != 0) to.number(IPVS_DAEMON_ATTR_SYNC_MAXLEN, daemon.max_length);
  if (daemon.group.family == Family::v4)
    to.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP, bytes_of(daemon.group).first(4));
  else
    to.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6, bytes_of(daemon.group));
  to.number(IPVS_DAEMON_ATTR_MCAST_PORT, daemon.port);  // not big endian, unlike all other ports
  to.number(IPVS_DAEMON_ATTR_MCAST_TTL, daemon.ttl);
}

struct AppendControl {
  Bytes& out;
  const RequestHeader& header;

  void operator()(const SetTimeouts& op) const {
    append_command(out, header, IPVS_CMD_SET_CONFIG, [&](AttributeWriter& to) {
      to.number(IPVS_CMD_ATTR_TIMEOUT_TCP, op.timeouts.tcp);
      to.number(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, op.timeouts.tcp_fin);
      to.number(IPVS_CMD_ATTR_TIMEOUT_UDP, op.timeouts.udp);
    });
  }
  void operator()(const StartSync& op) const {
    append_command(out, header, IPVS_CMD_NEW_DAEMON, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_DAEMON, [&] {
        put_role(to, op.role);
        put_daemon(to, op.daemon);
      });
    });
  }
  void operator()(const StopSync& op) const {
    append_command(out, header, IPVS_CMD_DEL_DAEMON, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_DAEMON, [&] { put_role(to, op.role); });
    });
  }
  void operator()(const ZeroCounters& op) const {
    append_command(out, header, IPVS_CMD_ZERO, op.service);
  }
};

std::optional<SyncRole> role_of(std::uint32_t state) {
  for (const SyncRole role : {SyncRole::master, SyncRole::backup})
    if (state == static_cast<std::uint32_t>(role)) return role;
  return std::nullopt;
}

using DaemonAttributes = Attributes<IPVS_DAEMON_ATTR_MAX>;

std::optional<Address> group_of(DaemonAttributes& in) {
  if (in.has(IPVS_DAEMON_ATTR_MCAST_GROUP6))
    return address_of(in.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP6), Family::v6);
  if (in.has(IPVS_DAEMON_ATTR_MCAST_GROUP))
    return address_of(in.bytes(IPVS_DAEMON_ATTR_MCAST_GROUP), Family::v4);
  return SyncSettings().group;  // kernels before 4.3 have no other
}

}  // namespace

void append_request(Bytes& out, const RequestHeader& header, const ControlOp& op) {
  std::visit(AppendControl{out, header}, op);
}

void append_get_timeouts(Bytes& out, const RequestHeader& header) {
  append_command(out, header, IPVS_CMD_GET_CONFIG, [](AttributeWriter&) {});
}

void append_get_sync(Bytes& out, const RequestHeader& header) {
  append_command(out, header, IPVS_CMD_GET_DAEMON, [](AttributeWriter&) {});
}

Result<Timeouts> timeouts_entry(const Message& message) {
  const auto payload = generic_payload(message);
  if (!payload) return malformed("the timeouts");
  Attributes<IPVS_CMD_ATTR_MAX> in(payload->attributes);
  // A kernel without TCP or UDP in its IPVS leaves theirs out.
  const Timeouts timeouts{.tcp = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_TCP, 0),
                          .tcp_fin = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, 0),
                          .udp = in.number_or<std::uint32_t>(IPVS_CMD_ATTR_TIMEOUT_UDP, 0)};
  if (in.malformed()) return malformed("the timeouts");
  return timeouts;
}

Result<std::pair<SyncRole, SyncSettings>> sync_entry(const Message& message) {
  const auto nest = nested(message, IPVS_CMD_ATTR_DAEMON);
  if (!nest) return malformed("a sync daemon");
  DaemonAttributes in(*nest);
  const SyncSettings usual;
  const auto role = role_of(in.number<std::uint32_t>(IPVS_DAEMON_ATTR_STATE));
  const auto group = group_of(in);
  SyncSettings daemon;
  daemon.interface = in.string(IPVS_DAEMON_ATTR_MCAST_IFN);
  // 8 bits on the wire, 32 in the attribute.
  daemon.id = static_cast<std::uint8_t>(in.number<std::uint32_t>(IPVS_DAEMON_ATTR_SYNC_ID));
  daemon.max_length = in.number_or<std::uint16_t>(IPVS_DAEMON_ATTR_SYNC_MAXLEN, usual.max_length);
  daemon.port = in.number_or<std::uint16_t>(IPVS_DAEMON_ATTR_MCAST_PORT, usual.port);
  daemon.ttl = in.number_or<std::uint8_t>(IPVS_DAEMON_ATTR_MCAST_TTL, usual.ttl);
  if (!role || !group || in.malformed()) return malformed("a sync daemon");
  daemon.group = *group;
  return std::pair(*role, daemon);
}

}  // namespace lvsd
