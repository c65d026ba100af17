// The part of MetricsPage that speaks as node_exporter's collector "ipvs" does: the same names,
// labels and meaning, so that what was made for it goes on working.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

#include "api/metrics.h"

namespace lvsd::api {

namespace {

// As /proc/net/ip_vs has them, from where node_exporter takes them: "TCP", a mark in eight digits.
std::string local_labels(const ServiceKey& key) {
  const bool is_mark = key.fwmark != 0;
  std::string protocol(is_mark ? "FWM" : lvsd::text(key.protocol));
  std::transform(protocol.begin(), protocol.end(), protocol.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return label("local_address", is_mark ? "" : lvsd::text(key.address)) +
         label("local_port", fmt::format_int(key.port).str()) + label("proto", protocol) +
         label("local_mark", is_mark ? fmt::format("{:08X}", key.fwmark) : "");
}

struct Backend {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::int64_t weight = 0;
};

// By their labels: a mark is one for both address families, so that two entries can have the same.
using Backends = std::map<std::string, Backend>;

void add_backends(const ServiceKey& key, const ServiceSnapshot& service, Backends& backends) {
  const std::string local = local_labels(key);
  for (const auto& [server, is] : service.destinations) {
    Backend& backend = backends[local + label("remote_address", lvsd::text(server.address)) +
                                label("remote_port", fmt::format_int(server.port).str())];
    backend.active += is.counters.active_connections;
    backend.inactive += is.counters.inactive_connections;
    backend.weight += is.settings.weight;
  }
}

}  // namespace

void MetricsPage::add(const NodeIpvsSample& sample) {
  if (!choice_.node_ipvs) return;
  const auto add = [this](Metric metric, MetricStore::Labels labels, auto value) {
    store_.add(metric, labels, MetricStore::no_labels, static_cast<double>(value));
  };
  if (sample.total) {
    add(Metric::node_connections, MetricStore::no_labels, sample.total->connections);
    add(Metric::node_in_packets, MetricStore::no_labels, sample.total->in_packets);
    add(Metric::node_out_packets, MetricStore::no_labels, sample.total->out_packets);
    add(Metric::node_in_bytes, MetricStore::no_labels, sample.total->in_bytes);
    add(Metric::node_out_bytes, MetricStore::no_labels, sample.total->out_bytes);
  }
  if (!sample.table) return;
  Backends backends;
  for (const auto& [key, service] : *sample.table)
    add_backends(key, service, backends);
  for (const auto& [labels, backend] : backends) {
    const auto its = store_.keep(labels);
    add(Metric::node_active, its, backend.active);
    add(Metric::node_inactive, its, backend.inactive);
    add(Metric::node_weight, its, backend.weight);
  }
}

}  // namespace lvsd::api
