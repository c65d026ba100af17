#include "api/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <limits>
#include <map>

#include "api/metric_families.h"

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

// One thing on a page, by the labels it has.
class Lines {
 public:
  using Labels = MetricStore::Labels;

  Lines(MetricStore& store, Labels labels) : store_(store), labels_(labels) {}

  template <class Value>
  void add(Metric metric, Value value) {
    store_.add(metric, labels_, MetricStore::no_labels, static_cast<double>(value));
  }
  // With labels that few others have; and with such as many have.
  template <class Value>
  void add(Metric metric, std::string_view own, Value value) {
    store_.add(metric, labels_, store_.keep(own), static_cast<double>(value));
  }
  template <class Value>
  void add_shared(Metric metric, std::string_view more, Value value) {
    store_.add(metric, labels_, store_.share(more), static_cast<double>(value));
  }
  template <class Value>
  void add_known(Metric metric, const std::optional<Value>& value) {
    if (value) add(metric, *value);
  }

  // 1 for `is`, 0 for the other words.
  void add_choice(Metric metric, const MetricsPage::Choice& choice, std::string_view is) {
    const auto found = std::find(choice.words.begin(), choice.words.end(), is);
    const bool is_known = found != choice.words.end();
    const auto place = static_cast<std::size_t>(found - choice.words.begin());
    store_.add_choice(metric, labels_, choice.labels,
                      is_known ? std::optional(place) : std::nullopt);
    if (!is_known && !is.empty()) add_shared(metric, label(choice.name, is), 1);
  }

 private:
  MetricStore& store_;
  Labels labels_;
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

void add_counters(Lines lines, const CounterMetrics& metrics, const CountersView& counters) {
  lines.add_known(metrics.connections, counters.connections);
  lines.add_known(metrics.in_packets, counters.in_packets);
  lines.add_known(metrics.out_packets, counters.out_packets);
  lines.add_known(metrics.in_bytes, counters.in_bytes);
  lines.add_known(metrics.out_bytes, counters.out_bytes);
}

void add_rates(Lines lines, const RatesView& rates) {
  lines.add_known(Metric::service_cps, rates.cps);
  lines.add_known(Metric::service_in_pps, rates.in_pps);
  lines.add_known(Metric::service_out_pps, rates.out_pps);
  lines.add_known(Metric::service_in_bps, rates.in_bps);
  lines.add_known(Metric::service_out_bps, rates.out_bps);
}

void add_histogram(MetricStore& store, Metric metric, MetricStore::Labels labels,
                   const DurationHistogram& durations) {
  store.add_histogram(metric, labels, DurationHistogram::bounds, durations.counts, durations.sum);
}

// node_exporter's way: what a service has not is there and empty.
std::string address_labels(const ServiceKey& key) {
  if (key.fwmark != 0)
    return label("proto", "fwmark") + label("local_address", "") + label("local_port", "0") +
           label("local_mark", value_text(key.fwmark));
  return label("proto", text(key.protocol)) + label("local_address", text(key.address)) +
         label("local_port", value_text(key.port)) + label("local_mark", "");
}

}  // namespace

void DurationHistogram::add(double seconds) {
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
  ++counts[static_cast<std::size_t>(bound - bounds.begin())];
  sum += seconds;
}

MetricsChoice metrics_choice(const MetricsSettings& settings) {
  return {.servers = settings.per_server,
          .checks = settings.per_server && settings.per_check,
          .rates = settings.rates,
          .node_ipvs = settings.node_ipvs_compat};
}

std::optional<MetricsChoice> parse_metrics_choice(std::string_view words) {
  if (words.empty()) return std::nullopt;
  MetricsChoice choice{
      .services = false, .servers = false, .checks = false, .durations = false, .daemon = false};
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    if (word == "services")
      choice.services = true;
    else if (word == "servers")
      choice.servers = true;
    else if (word == "checks")
      choice.checks = choice.durations = true;
    else if (word == "process" || word == "daemon")
      choice.daemon = true;
    else if (word == "rates")
      choice.rates = true;
    else if (word == "node_ipvs")
      choice.node_ipvs = true;
    else
      return std::nullopt;
  }
  return choice;
}

MetricsPage::MetricsPage(const MetricsChoice& choice)
    : choice_(choice),
      states_{"state", states, store_.share_choice("state", states)},
      admin_states_{"state", admin_states, store_.share_choice("state", admin_states)},
      pools_{"pool", pools, store_.share_choice("pool", pools)} {}

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
  const auto its = store_.keep(labels);
  if (choice_.services) add_service(service, its);
  if (choice_.rates) add_rates(Lines(store_, its), view.rates);
  if (choice_.durations)
    add_histogram(store_, Metric::check_durations, its, service.check_durations);
  if (choice_.servers || choice_.checks) add_servers(service, labels, now);
}

void MetricsPage::add_service(const ServiceSample& service, MetricStore::Labels labels) {
  const ServiceView& view = service.view;
  Lines lines(store_, labels);
  lines.add(Metric::service_info, address_labels(view.key) + label("scheduler", view.scheduler), 1);
  lines.add(Metric::service_up, view.quorum.holds ? 1 : 0);
  lines.add_choice(Metric::service_pool, pools_,
                   view.pool == "none" ? std::string_view() : std::string_view(view.pool));
  std::map<std::string_view, std::uint64_t> counts;
  for (const std::string_view state : states)
    counts[state] = 0;
  for (const ServerSample& server : service.servers)
    ++counts[first_word(server.view.state)];
  for (const auto& [state, count] : counts)
    lines.add_shared(Metric::service_servers, label("state", state), count);
  lines.add(Metric::service_quorum_weight, view.quorum.weight);
  lines.add(Metric::service_quorum_required, view.quorum.required);
  lines.add(Metric::service_state_changes, service.life.changes);
  lines.add(Metric::service_downtime, service.life.downtime_seconds);
  add_counters(lines, of_service, view.counters);
}

void MetricsPage::add_servers(const ServiceSample& service, const std::string& labels,
                              const Moment& now) {
  std::set<std::string> given;
  const std::string address = address_labels(service.view.key);
  for (const ServerSample& server : service.servers) {
    const std::string name = unique(server.view.server, server.view.role, given);
    const auto its = store_.keep(labels + label("server", name));
    if (choice_.servers) add_server(server, address, its);
    if (choice_.checks) add_checks(server, its, now);
  }
}

void MetricsPage::add_server(const ServerSample& server, const std::string& address,
                             MetricStore::Labels labels) {
  const ServerView& view = server.view;
  Lines lines(store_, labels);
  lines.add(
      Metric::server_info,
      fmt::format("{}{}{}{}{}", address, label("remote_address", lvsd::text(view.endpoint.address)),
                  label("remote_port", value_text(view.endpoint.port)),
                  label("forward", view.forwarding), label("role", view.role)),
      1);
  lines.add(Metric::server_up, server.up ? 1 : 0);
  lines.add_choice(Metric::server_state, states_, first_word(view.state));
  if (view.role == "primary")
    lines.add_choice(Metric::server_admin_state, admin_states_, admin_word(view.admin.state));
  lines.add_known(Metric::server_weight, view.weight.kernel);
  lines.add(Metric::server_config_weight, view.weight.config);
  lines.add_known(Metric::server_active, view.connections.active);
  lines.add_known(Metric::server_inactive, view.connections.inactive);
  lines.add_known(Metric::server_persistent, view.connections.persistent);
  lines.add_known(Metric::server_max, view.connections.max);
  lines.add(Metric::server_overloaded, first_word(view.state) == "FULL" ? 1 : 0);
  add_counters(lines, of_server, view.counters);
  if (view.since) lines.add(Metric::server_last_change, unix_seconds(*view.since));
  if (server.life) {
    lines.add(Metric::server_downtime, server.life->downtime_seconds);
    lines.add(Metric::server_changes, server.life->changes);
  }
  if (first_word(view.state) == "WARMING" && view.weight.wanted && view.weight.config != 0)
    lines.add(Metric::server_slow_start,
              static_cast<double>(*view.weight.wanted) / static_cast<double>(view.weight.config));
}

void MetricsPage::add_checks(const ServerSample& server, MetricStore::Labels labels,
                             const Moment& now) {
  Lines lines(store_, labels);
  std::size_t number = 0;
  for (const CheckSample& check : server.checks) {
    const std::string its = label("check", value_text(++number));
    lines.add(Metric::check_info, its + label("kind", check.kind) + label("target", check.target),
              1);
    lines.add_shared(Metric::check_up, its, check.up ? 1 : 0);
    lines.add_shared(Metric::check_runs, its, check.runs);
    for (const auto& [reason, count] : check.failures)
      lines.add_shared(Metric::check_failures, its + label("reason", reason), count);
    if (!check.last) continue;
    lines.add_shared(Metric::check_result, its + label("result", check.last->result), 1);
    if (check.last->code) lines.add_shared(Metric::check_code, its, *check.last->code);
    lines.add_shared(Metric::check_last_duration, its, check.last->duration_seconds);
    lines.add_shared(Metric::check_last_run, its, unix_seconds(now) - check.last->age_seconds);
  }
  lines.add_known(Metric::certificate_end, server.certificate);
}

void MetricsPage::add(const DaemonSample& daemon) {
  if (!choice_.daemon) return;
  Lines lines(store_, MetricStore::no_labels);
  lines.add(Metric::build_info,
            label("version", daemon.version) + label("compiler", daemon.compiler), 1);
  lines.add(Metric::ready, daemon.ready ? 1 : 0);
  lines.add(Metric::checks_running, daemon.checks.running);
  lines.add(Metric::checks_paused, daemon.checks.paused);
  if (daemon.drift.audited)
    lines.add(Metric::sync_last_success, unix_seconds(*daemon.drift.audited));
  lines.add(Metric::operations, label("result", "done"), daemon.operations_done);
  lines.add(Metric::operations, label("result", "refused"), daemon.operations_refused);
  lines.add(Metric::drift_entries, label("kind", "missing"), daemon.drift.missing);
  lines.add(Metric::drift_entries, label("kind", "extra"), daemon.drift.extra);
  lines.add(Metric::drift_entries, label("kind", "changed"), daemon.drift.changed);
  lines.add(Metric::drift_repairs, daemon.drift.repaired);
  if (daemon.kernel.ours) {
    lines.add(Metric::kernel_services, daemon.kernel.ours->services);
    lines.add(Metric::kernel_servers, daemon.kernel.ours->servers);
  }
  if (daemon.kernel.foreign)
    lines.add(Metric::kernel_foreign_services, daemon.kernel.foreign->services);
  lines.add(Metric::reload_successful, daemon.reloaded ? 1 : 0);
  lines.add(Metric::reload_success_time, unix_seconds(daemon.loaded));
  if (daemon.file_changed) lines.add(Metric::config_file_changed, *daemon.file_changed ? 1 : 0);
  lines.add(Metric::config_generation, daemon.generation);
  std::map<std::string_view, std::uint64_t> overrides{
      {"admin", 0}, {"weight", 0}, {"max_connections", 0}, {"scheduler", 0}};
  for (const std::string& kind : daemon.overrides)
    ++overrides[kind];
  for (const auto& [kind, count] : overrides)
    lines.add(Metric::overrides, label("kind", kind), count);
  if (!daemon.idle) return;
  lines.add(Metric::ipvs_timeout, label("timeout", "tcp"), daemon.idle->tcp);
  lines.add(Metric::ipvs_timeout, label("timeout", "tcpfin"), daemon.idle->tcp_fin);
  lines.add(Metric::ipvs_timeout, label("timeout", "udp"), daemon.idle->udp);
  lines.add_known(Metric::keepalive, daemon.idle->keepalive);
  if (daemon.idle->zombie_risk) lines.add(Metric::zombie_risk, *daemon.idle->zombie_risk ? 1 : 0);
}

void MetricsPage::add(const ProcessSample& process) {
  if (!choice_.daemon) return;
  Lines lines(store_, MetricStore::no_labels);
  lines.add(Metric::process_cpu, process.cpu_seconds);
  lines.add(Metric::process_start, process.start_time);
  lines.add(Metric::process_resident, process.resident_bytes);
  lines.add(Metric::process_virtual, process.virtual_bytes);
  lines.add(Metric::process_open_fds, process.open_descriptors);
  lines.add(Metric::process_max_fds, process.most_descriptors);
}

void MetricsPage::add(const LoopSample& loop) {
  if (!choice_.daemon) return;
  add_histogram(store_, Metric::loop_holds, MetricStore::no_labels, loop.holds);
  add_histogram(store_, Metric::loop_holds_cpu, MetricStore::no_labels, loop.holds_cpu);
}

bool MetricsPage::has_services() const {
  return choice_.services || choice_.servers || choice_.checks || choice_.durations ||
         choice_.rates;
}

bool MetricsPage::write(std::string& out, std::size_t size) {
  return store_.write(out, size);
}

std::string MetricsPage::text() && {
  std::string out;
  while (write(out, std::numeric_limits<std::size_t>::max())) {
  }
  return out;
}

}  // namespace lvsd::api
