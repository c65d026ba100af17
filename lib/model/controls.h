#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/address.h"
#include "model/service.h"

namespace lvsd {

// What is set of IPVS beside its table; one set for a network namespace.

// Seconds without a packet after which the kernel forgets a connection. In a change, 0 leaves the
// value as it is (the kernel cannot be given 0). At most 2147483: a kernel of 1000 Hz takes no
// more.
struct Timeouts {
  std::uint32_t tcp = 900;
  std::uint32_t tcp_fin = 120;
  std::uint32_t udp = 300;

  auto operator<=>(const Timeouts&) const = default;
};
// "tcp 900 tcpfin 120 udp 300"; those that are 0 are left out.
std::string text(const Timeouts& timeouts);

// Values of IP_VS_STATE_* (linux/ip_vs.h). A director may have both.
enum class SyncRole : std::uint8_t { master = 1, backup = 2 };
std::string_view text(SyncRole role);  // "master"
std::optional<SyncRole> parse_sync_role(std::string_view text);

// The kernel's thread that sends connections to other directors, or takes them in.
struct SyncSettings {
  std::string interface;
  std::uint8_t id = 0;           // a backup with 0 takes in those of every master
  std::uint16_t max_length = 0;  // of a datagram; 0: what the interface's MTU allows
  Address group{Family::v4, {224, 0, 0, 81}};
  std::uint16_t port = 8848;
  std::uint8_t ttl = 1;

  auto operator<=>(const SyncSettings&) const = default;
};
// "on eth0 id 1", with "maxlen 1400", "group 224.0.0.82", "port 8849", "ttl 2" where not default.
std::string text(const SyncSettings& daemon);

struct Controls {
  Timeouts timeouts;
  std::map<SyncRole, SyncSettings> sync;

  bool operator==(const Controls&) const = default;
};

struct SetTimeouts {
  Timeouts timeouts;
  bool operator==(const SetTimeouts&) const = default;
};
struct StartSync {  // fails where one of this role runs
  SyncRole role = SyncRole::master;
  SyncSettings daemon;
  bool operator==(const StartSync&) const = default;
};
struct StopSync {
  SyncRole role = SyncRole::master;
  bool operator==(const StopSync&) const = default;
};
struct ZeroCounters {  // of the service and its destinations, for everybody who reads them
  ServiceKey service;
  bool operator==(const ZeroCounters&) const = default;
};

using ControlOp = std::variant<SetTimeouts, StartSync, StopSync, ZeroCounters>;
using ControlPlan = std::vector<ControlOp>;

// "set timeouts tcp 900 tcpfin 120 udp 300", "start sync master on eth0 id 1", "stop sync backup",
// "zero tcp 10.0.0.1:80".
std::string text(const ControlOp& op);

}  // namespace lvsd
