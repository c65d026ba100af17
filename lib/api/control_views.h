#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/moment.h"
#include "model/address.h"

// What the API says of the kernel beside IPVS's table: IPVS's timeouts and sync daemons, and the
// settings under /proc/sys.

namespace lvsd::api {

struct SyncDaemonView {
  std::string role;  // "master", "backup"
  std::string interface;
  std::uint32_t id = 0;
  std::uint32_t max_length = 0;
  Address group;
  std::uint16_t port = 0;
  std::uint32_t ttl = 0;

  bool operator==(const SyncDaemonView&) const = default;
};

// What IPVS has beside its table.
struct KernelControlsView {
  std::uint32_t tcp_seconds = 0;
  std::uint32_t tcp_fin_seconds = 0;
  std::uint32_t udp_seconds = 0;
  std::vector<SyncDaemonView> sync;

  bool operator==(const KernelControlsView&) const = default;
};

// One of IPVS's timeouts, in seconds.
struct TimeoutView {
  std::string name;  // "tcp", "tcpfin", "udp"
  std::uint32_t now = 0;
  std::optional<std::uint32_t> config;  // null: the file leaves it alone
  std::optional<std::uint32_t> set;     // by an operator, and who, why and since when
  std::optional<std::string> user;
  std::optional<std::uint32_t> uid;
  std::optional<std::string> reason;
  std::optional<Moment> since;
  bool agrees = true;  // with the operator, else with the file
  std::string note;    // what is wrong with it, for people; empty: nothing

  bool operator==(const TimeoutView&) const = default;
};

// One of the kernel's settings that the file may name, or that lvsd has changed.
struct SysctlView {
  std::string name;                   // "net.ipv4.vs.expire_nodest_conn"
  std::optional<std::string> config;  // what the file, or a word of it, asks for; null: nothing
  std::string why;                    // "ipvs_sysctl", "tcp_keepalive", or what needs it
  bool is_set = false;                // by lvsd; false: it only tells what is missing
  std::optional<std::string> now;     // null: this kernel has no such setting
  std::optional<std::string>
      before;                  // lvsd changed it from this, and `tuning restore` puts it back
  std::optional<bool> agrees;  // null: nothing is asked for
  std::string help;

  bool operator==(const SysctlView&) const = default;
};

// From which level on lvsd writes lines to its log.
struct LogLevelView {
  std::string level;            // "debug", "info", "notice", "warning", "error", "critical"
  std::string start;            // as it was started
  std::optional<Moment> until;  // then it is as at the start again; null: it stays

  bool operator==(const LogLevelView&) const = default;
};

}  // namespace lvsd::api
