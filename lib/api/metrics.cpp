#include "api/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <map>

#include "api/metric_families.h"
#include "base/utf8.h"

namespace lvsd::api {

namespace {

constexpr std::array<std::string_view, 10> states{"ACTIVE",   "WARMING", "STANDBY", "FULL",
                                                  "DRAINING", "DRAINED", "DOWN",    "DISABLED",
                                                  "INIT",     "REMOVING"};
constexpr std::array<std::string_view, 3> admin_states{"enabled", "drain", "disabled"};
constexpr std::array<std::string_view, 3> pools{"primary", "backup", "sorry"};

// "WARMING" of "WARMING 40%".
std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

// A drain is one however it treats clients that persist.
std::string_view admin_word(std::string_view state) {
  return state.starts_with("drain") ? "drain" : state;
}

double unix_seconds(const Moment& moment) {
  return std::chrono::duration<double>(moment.at.time_since_epoch()).count();
}

std::string value_text(std::integral auto value) {
  return fmt::format_int(value).str();
}

std::string value_text(double value) {
  return fmt::format("{}", value);
}

// A page under construction: the lines of each family.
class Lines {
 public:
  explicit Lines(std::vector<std::string>& samples) : samples_(samples) {}

  template <class Value>
  void add(Metric metric, std::string_view labels, Value value, std::string_view suffix = {}) {
    const auto place = static_cast<std::size_t>(metric);
    std::string& lines = samples_[place];
    lines += metric_families()[place].name;
    lines += suffix;
    if (!labels.empty()) {
      lines += '{';
      lines += labels;
      lines += '}';
    }
    lines += ' ';
    lines += value_text(value);
    lines += '\n';
  }

  template <class Value>
  void add_known(Metric metric, std::string_view labels, const std::optional<Value>& value) {
    if (value) add(metric, labels, *value);
  }

  // 1 for `is`, 0 for the other words.
  void add_choice(Metric metric, const std::string& labels, std::string_view name,
                  std::span<const std::string_view> words, std::string_view is) {
    bool found = false;
    for (const std::string_view word : words) {
      found = found || word == is;
      add(metric, labels + "," + label(name, word), word == is ? 1 : 0);
    }
    if (!found && !is.empty()) add(metric, labels + "," + label(name, is), 1);
  }

 private:
  std::vector<std::string>& samples_;
};

struct CounterMetrics {
  Metric connections, in_packets, out_packets, in_bytes, out_bytes;
};
constexpr CounterMetrics of_service{Metric::service_connections, Metric::service_in_packets,
                                    Metric::service_out_packets, Metric::service_in_bytes,
                                    Metric::service_out_bytes};
constexpr CounterMetrics of_server{Metric::server_connections, Metric::server_in_packets,
                                   Metric::server_out_packets, Metric::server_in_bytes,
                                   Metric::server_out_bytes};

void add_counters(Lines lines, const CounterMetrics& metrics, const std::string& labels,
                  const CountersView& counters) {
  lines.add_known(metrics.connections, labels, counters.connections);
  lines.add_known(metrics.in_packets, labels, counters.in_packets);
  lines.add_known(metrics.out_packets, labels, counters.out_packets);
  lines.add_known(metrics.in_bytes, labels, counters.in_bytes);
  lines.add_known(metrics.out_bytes, labels, counters.out_bytes);
}

// node_exporter's way: what a service has not is there and empty.
std::string address_labels(const ServiceKey& key) {
  if (key.fwmark != 0)
    return label("proto", "fwmark") + ",local_address=\"\",local_port=\"0\"," +
           label("local_mark", value_text(key.fwmark));
  return label("proto", text(key.protocol)) + "," + label("local_address", text(key.address)) +
         "," + label("local_port", value_text(key.port)) + ",local_mark=\"\"";
}

void add_histogram(Lines lines, const std::string& labels, const DurationHistogram& durations) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < durations.counts.size(); ++i) {
    count += durations.counts[i];
    const std::string bound =
        i < durations.bounds.size() ? value_text(durations.bounds[i]) : std::string("+Inf");
    lines.add(Metric::check_durations, labels + "," + label("le", bound), count, "_bucket");
  }
  lines.add(Metric::check_durations, labels, durations.sum, "_sum");
  lines.add(Metric::check_durations, labels, count, "_count");
}

}  // namespace

std::string_view text(MetricKind kind) {
  switch (kind) {
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::counter:
      return "counter";
    case MetricKind::histogram:
      return "histogram";
  }
  return "untyped";
}

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  while (!value.empty()) {
    const std::string_view before = value;
    const auto character = next_character(value);
    if (!character)
      out += "\xEF\xBF\xBD";
    else if (*character == U'\n')
      out += "\\n";
    else if (*character == U'"' || *character == U'\\')
      (out += '\\') += static_cast<char>(*character);
    else
      out += before.substr(0, before.size() - value.size());
  }
  return out += '"';
}

void DurationHistogram::add(double seconds) {
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
  ++counts[static_cast<std::size_t>(bound - bounds.begin())];
  sum += seconds;
}

std::optional<MetricsChoice> parse_metrics_choice(std::string_view words) {
  if (words.empty()) return MetricsChoice{};
  MetricsChoice choice{.services = false, .servers = false, .checks = false, .daemon = false};
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (word == "services")
      choice.services = true;
    else if (word == "servers")
      choice.servers = true;
    else if (word == "checks")
      choice.checks = true;
    else if (word == "process" || word == "daemon")
      choice.daemon = true;
    else
      return std::nullopt;
  }
  return choice;
}

MetricsPage::MetricsPage(const MetricsChoice& choice) : choice_(choice), samples_(metric_count) {}

std::string MetricsPage::unique(std::string name, std::string_view role,
                                std::set<std::string>& given) {
  if (given.insert(name).second) return name;
  if (!role.empty()) name += fmt::format(" ({})", role);
  std::string other = name;
  for (int i = 2; !given.insert(other).second; ++i)
    other = fmt::format("{} #{}", name, i);
  return other;
}

void MetricsPage::add(const ServiceSample& service, const Moment& now) {
  const ServiceView& view = service.view;
  const std::string labels = label("service", unique(view.service, "", services_));
  Lines lines(samples_);
  if (choice_.services) {
    lines.add(Metric::service_info,
              labels + "," + address_labels(view.key) + "," + label("scheduler", view.scheduler),
              1);
    lines.add(Metric::service_up, labels, view.quorum.holds ? 1 : 0);
    lines.add_choice(Metric::service_pool, labels, "pool", pools,
                     view.pool == "none" ? std::string_view() : std::string_view(view.pool));
    std::map<std::string_view, std::uint64_t> counts;
    for (const std::string_view state : states)
      counts[state] = 0;
    for (const ServerSample& server : service.servers)
      ++counts[first_word(server.view.state)];
    for (const auto& [state, count] : counts)
      lines.add(Metric::service_servers, labels + "," + label("state", state), count);
    lines.add(Metric::service_quorum_weight, labels, view.quorum.weight);
    lines.add(Metric::service_quorum_required, labels, view.quorum.required);
    lines.add(Metric::service_state_changes, labels, service.life.changes);
    lines.add(Metric::service_downtime, labels, service.life.downtime_seconds);
    add_counters(lines, of_service, labels, view.counters);
  }
  if (choice_.checks) add_histogram(lines, labels, service.check_durations);
  if (choice_.servers || choice_.checks) add_servers(service, labels, now);
}

void MetricsPage::add_servers(const ServiceSample& service, const std::string& labels,
                              const Moment& now) {
  std::set<std::string> given;
  for (const ServerSample& server : service.servers) {
    const std::string name = unique(server.view.server, server.view.role, given);
    const std::string its = labels + "," + label("server", name);
    if (choice_.servers) add_server(server, address_labels(service.view.key), its);
    if (choice_.checks) add_checks(server, its, now);
  }
}

void MetricsPage::add_server(const ServerSample& server, const std::string& service,
                             const std::string& labels) {
  const ServerView& view = server.view;
  Lines lines(samples_);
  lines.add(Metric::server_info,
            fmt::format("{},{},{},{},{},{}", labels, service,
                        label("remote_address", lvsd::text(view.endpoint.address)),
                        label("remote_port", value_text(view.endpoint.port)),
                        label("forward", view.forwarding), label("role", view.role)),
            1);
  lines.add(Metric::server_up, labels, server.up ? 1 : 0);
  lines.add_choice(Metric::server_state, labels, "state", states, first_word(view.state));
  if (view.role == "primary")
    lines.add_choice(Metric::server_admin_state, labels, "state", admin_states,
                     admin_word(view.admin.state));
  lines.add_known(Metric::server_weight, labels, view.weight.kernel);
  lines.add(Metric::server_config_weight, labels, view.weight.config);
  lines.add_known(Metric::server_active, labels, view.connections.active);
  lines.add_known(Metric::server_inactive, labels, view.connections.inactive);
  lines.add_known(Metric::server_persistent, labels, view.connections.persistent);
  lines.add_known(Metric::server_max, labels, view.connections.max);
  lines.add(Metric::server_overloaded, labels, first_word(view.state) == "FULL" ? 1 : 0);
  add_counters(lines, of_server, labels, view.counters);
  if (view.since) lines.add(Metric::server_last_change, labels, unix_seconds(*view.since));
  if (server.life) {
    lines.add(Metric::server_downtime, labels, server.life->downtime_seconds);
    lines.add(Metric::server_changes, labels, server.life->changes);
  }
  if (first_word(view.state) == "WARMING" && view.weight.wanted && view.weight.config != 0)
    lines.add(Metric::server_slow_start, labels,
              static_cast<double>(*view.weight.wanted) / static_cast<double>(view.weight.config));
}

void MetricsPage::add_checks(const ServerSample& server, const std::string& labels,
                             const Moment& now) {
  Lines lines(samples_);
  std::size_t number = 0;
  for (const CheckSample& check : server.checks) {
    const std::string its = labels + "," + label("check", value_text(++number));
    lines.add(Metric::check_info,
              its + "," + label("kind", check.kind) + "," + label("target", check.target), 1);
    lines.add(Metric::check_up, its, check.up ? 1 : 0);
    lines.add(Metric::check_runs, its, check.runs);
    for (const auto& [reason, count] : check.failures)
      lines.add(Metric::check_failures, its + "," + label("reason", reason), count);
    if (!check.last) continue;
    lines.add(Metric::check_result, its + "," + label("result", check.last->result), 1);
    lines.add_known(Metric::check_code, its, check.last->code);
    lines.add(Metric::check_last_duration, its, check.last->duration_seconds);
    lines.add(Metric::check_last_run, its, unix_seconds(now) - check.last->age_seconds);
  }
  lines.add_known(Metric::certificate_end, labels, server.certificate);
}

void MetricsPage::add(const DaemonSample& daemon) {
  if (!choice_.daemon) return;
  Lines lines(samples_);
  lines.add(Metric::build_info,
            label("version", daemon.version) + "," + label("compiler", daemon.compiler), 1);
  lines.add(Metric::ready, "", daemon.ready ? 1 : 0);
  lines.add(Metric::checks_running, "", daemon.checks.running);
  lines.add(Metric::checks_paused, "", daemon.checks.paused);
  if (daemon.drift.audited)
    lines.add(Metric::sync_last_success, "", unix_seconds(*daemon.drift.audited));
  lines.add(Metric::operations, label("result", "done"), daemon.operations_done);
  lines.add(Metric::operations, label("result", "refused"), daemon.operations_refused);
  lines.add(Metric::drift_entries, label("kind", "missing"), daemon.drift.missing);
  lines.add(Metric::drift_entries, label("kind", "extra"), daemon.drift.extra);
  lines.add(Metric::drift_entries, label("kind", "changed"), daemon.drift.changed);
  lines.add(Metric::drift_repairs, "", daemon.drift.repaired);
  if (daemon.kernel.ours) {
    lines.add(Metric::kernel_services, "", daemon.kernel.ours->services);
    lines.add(Metric::kernel_servers, "", daemon.kernel.ours->servers);
  }
  if (daemon.kernel.foreign)
    lines.add(Metric::kernel_foreign_services, "", daemon.kernel.foreign->services);
  lines.add(Metric::reload_successful, "", daemon.reloaded ? 1 : 0);
  lines.add(Metric::reload_success_time, "", unix_seconds(daemon.loaded));
  lines.add(Metric::config_generation, "", daemon.generation);
  std::map<std::string_view, std::uint64_t> overrides{
      {"admin", 0}, {"weight", 0}, {"max_connections", 0}};
  for (const std::string& kind : daemon.overrides)
    ++overrides[kind];
  for (const auto& [kind, count] : overrides)
    lines.add(Metric::overrides, label("kind", kind), count);
  if (!daemon.idle) return;
  lines.add(Metric::ipvs_timeout, label("timeout", "tcp"), daemon.idle->tcp);
  lines.add(Metric::ipvs_timeout, label("timeout", "tcpfin"), daemon.idle->tcp_fin);
  lines.add(Metric::ipvs_timeout, label("timeout", "udp"), daemon.idle->udp);
  lines.add_known(Metric::keepalive, "", daemon.idle->keepalive);
  if (daemon.idle->zombie_risk)
    lines.add(Metric::zombie_risk, "", *daemon.idle->zombie_risk ? 1 : 0);
}

void MetricsPage::add(const ProcessSample& process) {
  if (!choice_.daemon) return;
  Lines lines(samples_);
  lines.add(Metric::process_cpu, "", process.cpu_seconds);
  lines.add(Metric::process_start, "", process.start_time);
  lines.add(Metric::process_resident, "", process.resident_bytes);
  lines.add(Metric::process_virtual, "", process.virtual_bytes);
  lines.add(Metric::process_open_fds, "", process.open_descriptors);
  lines.add(Metric::process_max_fds, "", process.most_descriptors);
}

bool MetricsPage::has_services() const {
  return choice_.services || choice_.servers || choice_.checks;
}

std::string MetricsPage::text() && {
  std::size_t size = 0;
  for (const std::string& samples : samples_)
    size += samples.size() + 256;
  std::string out;
  out.reserve(size);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    if (samples_[i].empty()) continue;
    const MetricFamily& family = metric_families()[i];
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name,
                       api::text(family.kind));
    out += samples_[i];
    samples_[i] = std::string();
  }
  return out;
}

}  // namespace lvsd::api
