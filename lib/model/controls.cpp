#include "model/controls.h"

namespace lvsd {

std::string text(const Timeouts& timeouts) {
  std::string out;
  const auto add = [&out](std::string_view word, std::uint32_t value) {
    if (value == 0) return;
    if (!out.empty()) out += ' ';
    out += std::string(word) + " " + std::to_string(value);
  };
  add("tcp", timeouts.tcp);
  add("tcpfin", timeouts.tcp_fin);
  add("udp", timeouts.udp);
  return out;
}

std::string_view text(SyncRole role) {
  switch (role) {
    case SyncRole::master:
      return "master";
    case SyncRole::backup:
      return "backup";
  }
  return "?";
}

std::optional<SyncRole> parse_sync_role(std::string_view text) {
  for (const SyncRole role : {SyncRole::master, SyncRole::backup})
    if (text == lvsd::text(role)) return role;
  return std::nullopt;
}

std::string text(const SyncSettings& daemon) {
  const SyncSettings usual;
  std::string out = "on " + daemon.interface + " id " + std::to_string(daemon.id);
  if (daemon.max_length != usual.max_length) out += " maxlen " + std::to_string(daemon.max_length);
  if (daemon.group != usual.group) out += " group " + text(daemon.group);
  if (daemon.port != usual.port) out += " port " + std::to_string(daemon.port);
  if (daemon.ttl != usual.ttl) out += " ttl " + std::to_string(daemon.ttl);
  return out;
}

namespace {

struct Spell {
  std::string operator()(const SetTimeouts& op) const {
    return "set timeouts " + text(op.timeouts);
  }
  std::string operator()(const StartSync& op) const {
    return "start sync " + std::string(text(op.role)) + " " + text(op.daemon);
  }
  std::string operator()(const StopSync& op) const {
    return "stop sync " + std::string(text(op.role));
  }
  std::string operator()(const ZeroCounters& op) const { return "zero " + text(op.service); }
};

}  // namespace

std::string text(const ControlOp& op) {
  return std::visit(Spell{}, op);
}

}  // namespace lvsd
