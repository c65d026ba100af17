#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/control_views.h"
#include "api/moment.h"
#include "model/address.h"
#include "model/service.h"

// What the API shows, as plain values. The daemon fills them, lvsctl prints them; json.h carries
// them from one to the other. An absent optional is JSON null: not known, which is never the same
// as 0.
//
// Words (state, role, health, admin) are strings spelled as in the tables of the manual: a reader
// that is older than the daemon still shows a word it has never heard of.

namespace lvsd::api {

// ---- what a server and a service share

struct CountersView {
  std::optional<std::uint64_t> connections;
  std::optional<std::uint64_t> in_packets;
  std::optional<std::uint64_t> in_bytes;
  std::optional<std::uint64_t> out_packets;  // null with DR and TUN: replies bypass this host
  std::optional<std::uint64_t> out_bytes;

  bool operator==(const CountersView&) const = default;
};

// Per second, of the kernel's estimator. `bps` is bytes, not bits, as in IPVS.
struct RatesView {
  std::optional<std::uint64_t> cps;
  std::optional<std::uint64_t> in_pps;
  std::optional<std::uint64_t> in_bps;
  std::optional<std::uint64_t> out_pps;
  std::optional<std::uint64_t> out_bps;

  bool operator==(const RatesView&) const = default;
};

struct ConnectionsView {
  std::optional<std::uint64_t> active;
  std::optional<std::uint64_t> inactive;
  std::optional<std::uint64_t> persistent;  // templates
  std::optional<std::uint64_t> max;         // null: no limit

  bool operator==(const ConnectionsView&) const = default;
};

// ---- a server

struct CheckResultView {
  std::string result;       // "L4OK", "L4TOUT"…
  std::optional<int> code;  // HTTP status, errno…; null: the result has none
  std::string text;         // detail for people; may be empty
  double duration_seconds = 0;
  double age_seconds = 0;  // since it ended

  bool operator==(const CheckResultView&) const = default;
};

// How long the steps took; null: there was no such step, or it did not end.
struct PhasesView {
  std::optional<double> resolve;
  std::optional<double> connect;
  std::optional<double> tls;
  std::optional<double> first_byte;

  bool operator==(const PhasesView&) const = default;
};

// One of the last results of a check.
struct PastResultView {
  CheckResultView result;
  std::string verdict;       // "pass", "fail", "unknown"
  std::optional<Moment> at;  // when it ended
  PhasesView phases_seconds;
  std::optional<std::string> source;  // our address, where it is known
  std::string output;                 // of a program; printable

  bool operator==(const PastResultView&) const = default;
};

// A check of a server and what came of it lately.
struct CheckHistoryView {
  std::string service;
  std::string server;
  std::string kind;                   // "TCP_CHECK"
  std::string target;                 // "10.0.0.2:80"
  std::vector<std::string> requests;  // as of CheckView
  double interval_seconds = 0;
  bool paused = false;
  std::uint64_t servers = 0;            // that share it
  std::string state;                    // as HealthView::state
  std::vector<PastResultView> results;  // newest first

  bool operator==(const CheckHistoryView&) const = default;
};

// The digest that a url answers with; null: `result` says why there is none.
struct DigestView {
  std::optional<std::string> digest;
  CheckResultView result;

  bool operator==(const DigestView&) const = default;
};

struct HealthView {
  std::string state;         // "init", "up", "falling", "down", "rising", "nocheck", "paused"
  std::uint32_t streak = 0;  // results in a row that speak for the next change: n of n/F and n/R
  std::uint32_t rise = 0;    // 0 with nocheck
  std::uint32_t fall = 0;
  std::optional<Moment> since;
  std::optional<CheckResultView> last;  // null: has not run yet

  bool operator==(const HealthView&) const = default;
};

struct CheckView {
  std::string kind;                   // "TCP_CHECK"
  std::string target;                 // "10.0.0.2:80"
  std::vector<std::string> requests;  // what is asked and expected, for people; no secrets
  double interval_seconds = 0;
  std::optional<double> fast_interval_seconds;  // falling and rising; null: as below and above
  std::optional<double> down_interval_seconds;  // while down; null: interval_seconds
  double retry_seconds = 0;                     // after a failure that is forgiven
  double timeout_seconds = 0;
  HealthView health;

  bool operator==(const CheckView&) const = default;
};

// The operator's wish. Only `state` is known of a server nobody has touched.
struct AdminView {
  std::string state = "enabled";  // "enabled", "drain", "drain-soft", "drain-hard", "disabled"
  std::optional<std::string> origin;
  std::optional<std::string> user;
  std::optional<std::uint32_t> uid;
  std::optional<std::string> reason;
  std::optional<Moment> since;
  std::optional<Moment> until;

  bool operator==(const AdminView&) const = default;
};

// How a server comes and goes, by the file.
struct ServerPolicyView {
  bool graceful_shutdown = false;
  std::optional<double> drain_timeout_seconds;  // null: a drain has no limit
  double slow_start_seconds = 0;
  std::optional<std::string> backup;  // id of the one that takes over for it; null: none
  bool preempt = true;                // back, it takes over from its backup
  double preempt_delay_seconds = 0;
  std::string on_return;          // "cut", "drain": the backup's connections then
  std::uint32_t backup_at = 100;  // percent of max_connections that bring the backup in

  bool operator==(const ServerPolicyView&) const = default;
};

struct WeightView {
  std::int64_t config = 0;
  std::optional<std::int64_t> wanted;  // null: wanted absent
  std::optional<std::int64_t> kernel;  // null: is absent there, or the kernel has not been read

  bool operator==(const WeightView&) const = default;
};

struct ServerView {
  std::string service;  // id of its virtual server
  std::string server;   // id: its name, else its address
  Protocol protocol = Protocol::tcp;
  Endpoint endpoint;            // "address" and "port"
  std::string role;             // "primary", "backup", "sorry"
  std::string state;            // "ACTIVE", "WARMING 40%", "STANDBY", "DRAINING", "DOWN"…
  std::string reason;           // of the state, one line for people; empty: nothing to say
  std::string forwarding;       // "NAT", "DR", "TUN"
  std::optional<Moment> since;  // of the state
  AdminView admin;
  HealthView health;              // of all its checks together: the worst one, its last result
  std::optional<bool> in_kernel;  // null: the kernel has not been read
  WeightView weight;
  ConnectionsView connections;
  CountersView counters;
  RatesView rates;
  std::optional<std::vector<CheckView>> checks;  // null in lists
  std::optional<ServerPolicyView> policy;        // of a real server; null in lists
  std::optional<std::string> config;             // "/etc/lvsd/lvsd.conf:12"

  bool operator==(const ServerView&) const = default;
};

// A connection of the kernel's, or a persistence template.
struct ConnectionView {
  std::string protocol;  // "tcp"; "ip" for a template of a mark
  std::string client;    // "198.51.100.7:40000"; port 0 for a template
  std::string service;   // what the client called; of a template of a mark the mark as an address
  std::string server;
  std::string state;  // "ESTABLISHED"…
  std::uint64_t expires_seconds = 0;
  bool is_template = false;
  std::optional<std::string> engine;  // of persistence: "sip"
  std::optional<std::string> engine_data;

  bool operator==(const ConnectionView&) const = default;
};

// ---- a service

struct ServerCounts {
  std::uint32_t up = 0;         // primaries that pass
  std::uint32_t total = 0;      // primaries
  std::uint32_t backup_up = 0;  // backup and sorry servers that pass

  bool operator==(const ServerCounts&) const = default;
};

// The line `lvsctl status` has for a virtual server.
struct ServiceSummary {
  std::string service;           // id of the virtual server
  ServiceKey key;                // "protocol", "address", "port", "fwmark", "family"
  std::vector<ServiceKey> also;  // further kernel services of the same virtual server (a group)
  std::string scheduler;
  std::string forwarding;  // "NAT", "DR", "TUN", or "mixed"
  std::string state;       // "UP", "DEGRADED", "DOWN"
  std::string pool;        // which servers take the traffic: "primary", "backup", "sorry", "none"
  ServerCounts count;
  ConnectionsView connections;  // sum over its servers
  RatesView rates;

  bool operator==(const ServiceSummary&) const = default;
};

struct PersistenceView {
  std::uint32_t timeout_seconds = 0;
  std::string netmask;  // "255.255.255.0", or an IPv6 prefix length "64"
  std::optional<std::string> engine;

  bool operator==(const PersistenceView&) const = default;
};

struct QuorumView {
  std::uint32_t required = 1;  // weight
  std::uint32_t hysteresis = 0;
  std::uint64_t weight = 0;        // of what passes now
  std::uint64_t total_weight = 0;  // of all primaries
  bool holds = true;

  bool operator==(const QuorumView&) const = default;
};

struct ServiceView : ServiceSummary {
  std::vector<std::string> flags;  // "ops", "mh-fallback"…
  std::optional<PersistenceView> persistence;
  QuorumView quorum;
  std::optional<Moment> since;  // of the state
  CountersView counters;
  std::optional<std::string> owner;                // who to ask, by the file
  bool graceful_removal = false;                   // a server deleted from the file drains first
  std::optional<std::string> config;               // "/etc/lvsd/lvsd.conf:3"
  std::optional<std::vector<ServerView>> servers;  // null in lists

  bool operator==(const ServiceView&) const = default;
};

// ---- the daemon

struct EntryCounts {
  std::uint64_t services = 0;
  std::uint64_t servers = 0;

  bool operator==(const EntryCounts&) const = default;
};

struct KernelView {
  std::optional<std::string> ipvs_version;  // "1.2.1"; null: IPVS could not be asked
  std::optional<std::uint64_t> table_size;  // buckets of the connection table
  std::optional<EntryCounts> ours;
  std::optional<EntryCounts> foreign;  // shown, never changed
  std::optional<std::string> error;    // why the kernel is not as we want it, or cannot be reached

  bool operator==(const KernelView&) const = default;
};

// Entries of ours that others changed, found by the last audit and not yet repaired.
struct DriftView {
  std::uint64_t missing = 0;
  std::uint64_t extra = 0;
  std::uint64_t changed = 0;
  std::uint64_t repaired = 0;  // since the daemon started
  std::optional<Moment> audited;

  bool operator==(const DriftView&) const = default;
};

// That an earlier configuration is in force again.
struct RollbackView {
  std::uint64_t restored = 0;  // the generation that had it before
  bool file_says_otherwise = false;
  std::optional<std::uint64_t> back_to;  // what is in force again unless it is confirmed in time
  std::optional<Moment> confirm_until;

  bool operator==(const RollbackView&) const = default;
};

struct ConfigFileView {
  std::string file;
  std::optional<Moment> loaded;
  std::optional<bool> changed;             // on disk since it was loaded; null: not looked
  std::optional<RollbackView> rollback{};  // null: what the file said is in force

  bool operator==(const ConfigFileView&) const = default;
};

// A virtual address, and whether this host takes its packets.
struct VipView {
  Address address;
  std::optional<std::string> interface;  // that has it; null: none
  bool local = false;  // false: clients cannot reach it here; true without an interface: by a route

  bool operator==(const VipView&) const = default;
};

// A mark has none.
struct VipsView {
  std::uint64_t total = 0;
  std::uint64_t missing = 0;       // not local
  std::vector<VipView> addresses;  // all where they are few, else some of those that are missing

  bool operator==(const VipsView&) const = default;
};

struct CheckCounts {
  std::uint64_t running = 0;
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t paused = 0;
  std::optional<double> slowest_seconds;  // of the last results

  bool operator==(const CheckCounts&) const = default;
};

// Something an operator should look at now.
struct AttentionView {
  std::string severity;  // "error", "warning"
  std::string target;    // "mail", "dns/ns2"; empty: the daemon itself
  std::string text;      // "DOWN: Layer4 timeout, 3/3"
  std::optional<Moment> since;

  bool operator==(const AttentionView&) const = default;
};

struct StatusView {
  std::string version;
  std::string host;
  std::int64_t pid = 0;
  double uptime_seconds = 0;
  std::string state;  // "OK", "DEGRADED", "DOWN": overall_state()
  ConfigFileView config;
  KernelView kernel;
  std::optional<KernelControlsView> controls;  // null: not read yet
  std::optional<VipsView> vips;                // null: not looked yet
  DriftView drift;
  CheckCounts checks;
  std::vector<ServiceSummary> services;
  std::vector<AttentionView> attention;  // worst first

  bool operator==(const StatusView&) const = default;
};

// DOWN when a service is down, DEGRADED when one is, the kernel cannot be reached, or something is
// reported as an error; else OK. What `lvsctl status --exit-code` and monitoring go by.
std::string overall_state(const StatusView& status);

struct ReadinessView {
  bool ready = false;
  std::vector<std::string> reasons;   // why not
  std::vector<std::string> warnings;  // what else is not as the file asks for, ready or not

  bool operator==(const ReadinessView&) const = default;
};

struct VersionView {
  std::string version;
  std::optional<std::string> ipvs_version;
  std::optional<std::string> kernel_release;  // "6.1.0-18-amd64"

  bool operator==(const VersionView&) const = default;
};

// ---- what a reload did, and what a refusal says

struct DiagnosticView {
  std::string severity;  // "error", "warning"
  std::string code;      // "LVC010", stable
  std::string file;
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1
  std::string message;
  std::string hint;
  std::string text;  // all of it as it is printed: position, message, the line, the caret

  bool operator==(const DiagnosticView&) const = default;
};

struct ChangeCounts {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t removed = 0;

  bool operator==(const ChangeCounts&) const = default;
};

// One difference between two configurations, in the words of the file.
struct ChangeView {
  std::string kind;     // "added", "removed", "changed"
  std::string service;  // empty: global
  std::string server;   // empty: the service itself
  std::string what;     // the keyword, with the blocks around it; empty: all of it
  std::string before;
  std::string after;

  bool operator==(const ChangeView&) const = default;
};

// A reload that was put in force; one that was refused is a ProblemView. The envelope's generation
// is the new one.
struct ReloadView {
  std::string state;  // "APPLIED"; "PARTLY": the kernel refused `failures`, which are tried again
  std::uint64_t previous_generation = 0;
  ChangeCounts services;
  ChangeCounts servers;
  std::vector<ChangeView> changes;
  std::vector<std::string> failures;
  std::vector<DiagnosticView> diagnostics;  // warnings
  double duration_seconds = 0;
  std::optional<RollbackView> rollback{};  // null: what the file says is in force

  bool operator==(const ReloadView&) const = default;
};

// What a wish of an operator did, and how to take it back.
struct WishView {
  std::string service;
  std::string server;
  std::string before;  // state and weight: "ACTIVE 10"
  std::string after;
  std::string text;                 // in words: "web/web03 (10.0.0.13:80): weight 10 -> 0"
  std::optional<std::string> undo;  // the command; null: there is nothing to undo
  // With dry_run: what would be sent to the kernel, in its order. Null: it was done.
  std::optional<std::vector<std::string>> operations{};

  bool operator==(const WishView&) const = default;
};

// One thing that differs from the file by an operator's wish.
struct OverrideView {
  std::string target;  // "web/web03", "web", "timeouts"
  std::string what;    // "admin", "weight", "max_connections", "scheduler", "udp"
  std::string config;
  std::string now;
  std::string user;
  std::optional<std::uint32_t> uid;  // null: who showed the token is no user of this machine
  std::string reason;
  std::optional<Moment> since;
  std::optional<Moment> until;

  bool operator==(const OverrideView&) const = default;
};

// RFC 9457. `near` are ids that resemble a target that does not exist.
struct ProblemView {
  std::string type = "about:blank";
  std::string title;
  int status = 500;
  std::string detail;
  std::optional<std::string> target;
  std::vector<std::string> near;
  std::vector<DiagnosticView> diagnostics;

  bool operator==(const ProblemView&) const = default;
};

}  // namespace lvsd::api
