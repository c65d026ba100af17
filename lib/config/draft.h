#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/source.h"
#include "model/config.h"

namespace lvsd {

// A block while it is read: what was written stands in optionals, so that what was not written can
// be inherited when the virtual server ends (keepalived resolves inheritance after the parse).

// What a virtual server, its real servers and their checks may each set.
struct Timing {
  std::optional<Duration> delay_loop;
  std::optional<Duration> connect_timeout;
  std::optional<Duration> delay_before_retry;
  std::optional<Duration> warmup;
  std::optional<Duration> fast_interval;
  std::optional<Duration> down_interval;
  std::optional<std::uint32_t> retry;
  std::optional<std::uint32_t> rise;
  std::optional<bool> alpha;
};

// What a virtual server and its real servers may each set.
struct Manner {
  std::optional<std::uint32_t> weight;
  std::optional<std::uint32_t> upper_threshold;
  std::optional<std::uint32_t> lower_threshold;
  std::optional<bool> inhibit_on_failure;
  std::string virtualhost;

  // Of the ServerPolicy; `has_policy` when any of them was written.
  bool has_policy = false;
  std::optional<bool> graceful_shutdown;
  std::optional<Duration> drain_timeout;
  std::optional<Duration> slow_start;
  std::optional<bool> preempt;
  std::optional<Duration> preempt_delay;
  std::optional<OnReturn> on_return;
  std::optional<std::uint32_t> backup_at;
  std::optional<std::uint16_t> min_mtu;
};

struct Method {
  Forwarding forwarding = Forwarding::nat;
  Tunnel tunnel;
};

struct CheckDraft {
  Probe probe;
  Timing timing;
  bool log_all_failures = false;
  std::optional<Address> connect_ip;
  std::uint16_t connect_port = 0;  // 0: the server's
  CheckTarget target;              // its endpoint is settled later
  std::optional<Duration> misc_timeout;
  std::optional<std::int32_t> file_weight;
  std::optional<bool> file_reverse;
  bool statuses_given = false;  // of the url that is read
  Span where;
  Origin origin;
};

// A real, sorry or backup server: they are read alike.
struct ServerDraft {
  std::string name;
  Endpoint endpoint;
  std::optional<Method> method;
  Manner manner;
  Timing timing;
  Script notify_up;
  Script notify_down;
  std::optional<bool> smtp_alert;
  bool disabled = false;
  std::vector<CheckDraft> checks;
  std::vector<ServerDraft> backup;  // one or none
  Span where;
  Origin origin;
};

// What `sorry_server_lvs_method` says, for so many sorry servers.
struct SorryMethod {
  Method method;
  std::size_t count = 0;
};

struct ServiceDraft {
  std::string name;
  std::string owner;
  std::string group;
  std::uint32_t fwmark = 0;
  std::optional<Endpoint> endpoint;  // of an address service
  std::optional<Family> ip_family;
  std::optional<Protocol> protocol;
  std::string scheduler;
  SchedulerFlags flags;
  std::uint32_t persistence_timeout = 0;
  std::optional<std::uint32_t> persistence_netmask;
  Family persistence_netmask_family = Family::v4;
  std::string persistence_engine;
  std::optional<Method> method;
  SorryMethod sorry_method;
  std::optional<std::uint32_t> quorum;
  std::optional<std::uint32_t> hysteresis;
  Script quorum_up;
  Script quorum_down;
  bool omega = false;
  bool ha_suspend = false;
  bool graceful_removal = false;
  bool sorry_inhibit = false;
  std::optional<bool> smtp_alert;
  Manner manner;
  Timing timing;
  std::vector<ServerDraft> servers;
  std::vector<ServerDraft> sorry_servers;
  Span where;
  Origin origin;
  Span quorum_where;
  Span hysteresis_where;
};

}  // namespace lvsd
