#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/metric_store.h"
#include "api/views.h"
#include "model/global.h"
#include "model/table.h"

// What /metrics says, in Prometheus' text format 0.0.4. The daemon fills the samples, this writes
// them out; docs/metrics.md lists every family.

namespace lvsd::api {

enum class MetricKind : std::uint8_t { gauge, counter, histogram };
struct MetricFamily {
  std::string_view name;
  MetricKind kind = MetricKind::gauge;
  std::string_view help;  // one line
};
std::span<const MetricFamily> metric_families();

// ---- samples

// How many checks took how long.
struct DurationHistogram {
  static constexpr std::array bounds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                     0.1,   0.2,   0.5,   1.0,  2.0,  5.0};  // seconds

  std::array<std::uint64_t, bounds.size() + 1> counts{};  // of each range; the last has no bound
  double sum = 0;                                         // seconds

  void add(double seconds);
  bool operator==(const DurationHistogram&) const = default;
};

struct CheckSample {
  std::string kind;    // "TCP_CHECK"
  std::string target;  // "10.0.0.2:80"
  bool up = false;
  std::optional<CheckResultView> last;
  std::uint64_t runs = 0;
  std::vector<std::pair<std::string_view, std::uint64_t>> failures;  // by reason: "timeout"
};

// What has happened to a server or a service since lvsd began.
struct LifeSample {
  std::uint64_t changes = 0;
  double downtime_seconds = 0;

  bool operator==(const LifeSample&) const = default;
};

struct ServerSample {
  ServerView view;
  bool up = false;                 // by its checks
  std::optional<LifeSample> life;  // of real servers
  std::vector<CheckSample> checks;
  std::optional<std::int64_t> certificate;  // Unix seconds of the end of the first that ends
};

struct ServiceSample {
  ServiceView view;  // without servers
  LifeSample life;
  DurationHistogram check_durations;
  std::vector<ServerSample> servers;
};

struct ProcessSample {
  double cpu_seconds = 0;
  double start_time = 0;  // Unix seconds
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0;
};

// How long the daemon's loop worked at a time, from one look at what has come to the next.
struct LoopSample {
  DurationHistogram holds;
  DurationHistogram holds_cpu;  // the CPU time of each
};

// How long idle connections live, in seconds.
struct IdleSample {
  std::uint32_t tcp = 0;  // IPVS's timeouts
  std::uint32_t tcp_fin = 0;
  std::uint32_t udp = 0;
  std::optional<std::uint64_t> keepalive;  // absent: not known
  std::optional<bool> zombie_risk;         // absent: not known, or there is no TCP service
};

struct DaemonSample {
  std::string version;
  std::string compiler;
  Moment now;
  bool ready = false;
  KernelView kernel;
  DriftView drift;
  CheckCounts checks;
  std::uint64_t operations_done = 0;  // of the kernel's table, since lvsd began
  std::uint64_t operations_refused = 0;
  std::uint64_t generation = 0;
  bool reloaded = true;  // the last reload put its file in force, or there was none
  Moment loaded;
  std::optional<bool> file_changed;    // since then; absent: not looked
  std::optional<IdleSample> idle;      // absent: not read yet
  std::vector<std::string> overrides;  // what each override is of: "admin", "weight"…
};

// What node_exporter shows of IPVS: all services of the network namespace, whoever made them.
struct NodeIpvsSample {
  std::shared_ptr<const Snapshot> table;  // null: it could not be read
  std::optional<TrafficCounters> total;   // of all there ever were; absent likewise
};

// ---- the page

// Which parts of it are wanted: a site with very many servers may do without their series.
struct MetricsChoice {
  bool services = true;
  bool servers = true;
  bool checks = true;     // single ones
  bool durations = true;  // of a service's checks, as a histogram
  bool daemon = true;     // and "process"
  bool rates = false;
  bool node_ipvs = false;

  bool operator==(const MetricsChoice&) const = default;
};
// Where a request names no parts: what the file says.
MetricsChoice metrics_choice(const MetricsSettings& settings);
// Of "services,servers": these and nothing else. Nothing where a word is not one of the parts'.
std::optional<MetricsChoice> parse_metrics_choice(std::string_view words);

// Takes samples in any order and writes each family once.
class MetricsPage {
 public:
  // Words of which a sample has one, and where their labels are.
  struct Choice {
    std::string_view name;
    std::span<const std::string_view> words;
    MetricStore::Labels labels;
  };

  explicit MetricsPage(const MetricsChoice& choice);

  void add(const ServiceSample& service, const Moment& now);
  void add(const DaemonSample& daemon);
  void add(const ProcessSample& process);
  void add(const LoopSample& loop);
  void add(const NodeIpvsSample& sample);

  // Whether what is added of services is on the page at all.
  bool has_services() const;
  bool has_node_ipvs() const { return choice_.node_ipvs; }

  // Appends the next part of the page to `out`, until that has about `size` bytes; false when there
  // was nothing left. What is written is given up: of ten thousand servers a page has thirty
  // megabytes.
  bool write(std::string& out, std::size_t size);
  // All that is left of it.
  std::string text() &&;

 private:
  void add_service(const ServiceSample& service, MetricStore::Labels labels);
  void add_servers(const ServiceSample& service, const std::string& labels, const Moment& now);
  void add_server(const ServerSample& server, const std::string& address,
                  MetricStore::Labels labels);
  void add_checks(const ServerSample& server, MetricStore::Labels labels, const Moment& now);
  // Another one where a name was given before: no two series have the same labels.
  static std::string unique(std::string name, std::string_view role, std::set<std::string>& given);

  MetricsChoice choice_;
  MetricStore store_;
  Choice states_, admin_states_, pools_;
  std::set<std::string> services_;  // that have been added
};

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace lvsd::api
