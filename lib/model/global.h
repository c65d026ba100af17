#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/address.h"
#include "model/check.h"
#include "model/origin.h"
#include "model/time.h"

// The settings of the daemon as a whole: `global_defs` and what stands at the root of the file.

namespace lvsd {

// Idle timeouts of the kernel's connections in seconds; absent: left as they are.
struct IpvsTimeouts {
  std::optional<std::uint32_t> tcp;
  std::optional<std::uint32_t> tcp_fin;
  std::optional<std::uint32_t> udp;

  bool operator==(const IpvsTimeouts&) const = default;
};

enum class FlushOnStop : std::uint8_t {
  no,
  all,       // `lvs_flush_on_stop`
  services,  // `lvs_flush_on_stop VS`
};

// What the file says of the kernel's connection synchronisation.
struct SyncDaemon {
  std::string interface;
  std::string vrrp_instance;       // whose state decides master or backup; empty: both run
  std::optional<std::uint8_t> id;  // absent: the instance's, else 0
  std::uint16_t max_length = 0;    // 0: the kernel's
  std::uint16_t port = 0;          // 0: the kernel's, 8848
  std::uint8_t ttl = 0;            // 0: the kernel's, 1
  std::optional<Address> group;    // absent: the kernel's, 224.0.0.81

  bool operator==(const SyncDaemon&) const = default;
};

// A named pipe that events are written to, and who reads it.
struct NotifyFifo {
  std::string path;  // empty: none
  std::string user;
  std::string group;
  Script script;  // gets the path as its last argument

  bool operator==(const NotifyFifo&) const = default;
};

struct Mail {
  std::vector<std::string> to;
  std::string from;
  std::string server;  // name or address; empty: no mail
  std::uint16_t port = 25;
  std::string helo_name;
  Duration connect_timeout = std::chrono::seconds(30);

  bool operator==(const Mail&) const = default;
};

// A program that runs before the first check, or after the last.
struct LifeScript {
  Script script;
  std::uint32_t timeout_seconds = 10;

  bool operator==(const LifeScript&) const = default;
};

// How the checking processes run.
struct CheckerProcess {
  std::uint32_t count = 1;  // 0: one for each core
  std::int32_t priority = 0;
  bool no_swap = false;
  std::uint32_t realtime_priority = 0;            // 0: not real-time
  std::uint64_t realtime_limit_microseconds = 0;  // 0: keepalived's 10000
  std::vector<std::uint32_t> cpus;                // empty: all

  bool operator==(const CheckerProcess&) const = default;
};

// `virtual_server group` by one mark and nftables sets instead of a service for each address.
struct NftablesIpvs {
  std::string table;  // empty: not used
  std::int32_t priority = -1;
  std::uint32_t start_fwmark = 1000;
  bool counters = false;

  bool operator==(const NftablesIpvs&) const = default;
};

// Key material for TLS checks; file names.
struct TlsClient {
  std::string password;
  std::string ca;
  std::string certificate;
  std::string key;

  bool operator==(const TlsClient&) const = default;
};

struct TrackFile {
  std::string name;
  std::string path;
  std::int32_t weight = 1;
  bool reverse = false;
  std::optional<std::int64_t> initial;  // written at start where the file is not there;
  bool overwrite = false;               // or in any case
  Origin origin;

  bool operator==(const TrackFile&) const = default;
};

// What checks must know of a BFD session.
struct BfdInstance {
  std::string name;
  std::optional<Address> neighbor;

  bool operator==(const BfdInstance&) const = default;
};

// net.ipv4.tcp_keepalive_*; absent: left as it is.
struct TcpKeepalive {
  std::optional<std::uint32_t> time_seconds;
  std::optional<std::uint32_t> interval_seconds;
  std::optional<std::uint32_t> probes;

  bool operator==(const TcpKeepalive&) const = default;
};

struct Sysctl {
  std::string name;   // below net.ipv4.vs
  std::string value;  // as it is written there

  bool operator==(const Sysctl&) const = default;
};

struct ApiSettings {
  std::string socket;                   // empty: the command line's
  std::string read_group;               // empty: "lvsd"
  std::string write_group;              // empty: "lvsd-admin"
  std::vector<Endpoint> listen;         // HTTP over TCP, for reading
  std::vector<std::string> host_names;  // by which it may be asked for there
  bool write = false;                   // changes are taken there from who has the token
  std::string token_file;               // empty: there is no token

  bool operator==(const ApiSettings&) const = default;
};

enum class LogFormat : std::uint8_t {
  text,  // for people
  json,  // for programs: an object a line
};

enum class LogTarget : std::uint8_t {
  usual,           // standard error, with fields where that is systemd's journal
  journal,         // systemd's, wherever standard error leads
  standard_error,  // without fields
  syslog,
  file,
};

// Where lvsd's log goes.
struct LogSettings {
  std::string level;                // from which on lines are written; empty: the command line's
  std::optional<LogFormat> format;  // absent: the command line's
  LogTarget target = LogTarget::usual;
  std::string file;  // of LogTarget::file

  bool operator==(const LogSettings&) const = default;
};

// What /metrics has for who does not say what they want.
struct MetricsSettings {
  bool per_server = true;         // series of single servers, and of their checks
  bool per_check = true;          // series of single checks
  bool rates = false;             // the kernel's estimates, per second
  bool node_ipvs_compat = false;  // node_exporter's names

  bool operator==(const MetricsSettings&) const = default;
};

struct GlobalSettings {
  std::string router_id;  // empty: the host's name
  std::string instance;
  std::string net_namespace;
  std::optional<std::string> net_namespace_ipvs;  // absent: net_namespace; "": the default one

  IpvsTimeouts timeouts;
  bool flush_at_start = false;
  FlushOnStop flush_on_stop = FlushOnStop::no;
  std::optional<SyncDaemon> sync_daemon;
  NftablesIpvs nftables;

  bool log_all_failures = false;
  std::uint32_t max_scripts = 64;  // programs of checks that run at once
  bool rs_init_notifies = false;
  bool no_checker_emails = false;
  CheckerProcess checker;
  NotifyFifo lvs_fifo;
  NotifyFifo fifo;
  Mail mail;
  std::optional<bool> smtp_alert;          // for everything that says nothing itself
  std::optional<bool> smtp_alert_checker;  // beats smtp_alert

  std::string script_user;
  std::string script_group;
  bool script_security = false;
  bool supplementary_groups = false;
  bool symlink_paths = false;
  std::optional<std::uint32_t> umask;
  LifeScript startup;
  LifeScript shutdown;

  std::optional<TlsClient> tls;
  std::vector<TrackFile> track_files;
  std::vector<BfdInstance> bfd_instances;

  Duration audit_interval = std::chrono::seconds(10);
  Duration load_interval = std::chrono::milliseconds(500);  // of counters that decide something
  TcpKeepalive tcp_keepalive;
  std::optional<std::uint32_t> min_mtu;  // net.ipv4.route.min_pmtu; absent: left as it is
  std::vector<Sysctl> sysctls;           // in the order of the file
  bool sysctl_auto = false;              // what the configuration's features need is set, too
  ApiSettings api;
  LogSettings log;
  MetricsSettings metrics;
  std::uint32_t panic_percent = 0;        // of a pool failing at once holds the table; 0: off
  std::uint32_t reload_guard = 0;         // percent removed that needs --force; 0: off
  Duration flap_hold = Duration::zero();  // penalty for re-entry; 0: off

  bool operator==(const GlobalSettings&) const = default;
};

}  // namespace lvsd
