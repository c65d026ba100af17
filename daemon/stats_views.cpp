#include "daemon/stats_views.h"

#include <utility>

#include "daemon/counter_views.h"
#include "daemon/service_views.h"
#include "plan/desired.h"

namespace lvsd {

namespace {

api::ServerStatsView member_view(const Outlook& outlook, const VirtualServer& service,
                                 const Endpoint& endpoint, Forwarding forwarding,
                                 const Decision& decision) {
  api::ServerStatsView view;
  view.state = state_text(decision);
  const bool sees_replies = forwarding == Forwarding::nat;
  for (const auto* found : destinations(outlook, service, endpoint, forwarding)) {
    const DestinationSettings& settings = found->settings;
    view.weight = settings.weight;
    if (settings.upper_threshold != 0) view.thresholds.upper = settings.upper_threshold;
    if (settings.lower_threshold != 0) view.thresholds.lower = settings.lower_threshold;
    add(view.connections, found->counters);
    add(view.counters, found->counters.traffic.counters, sees_replies);
    add(view.rates, found->counters.traffic.rates, sees_replies);
  }
  view.connections.max = view.thresholds.upper;
  return view;
}

void add_members(const Outlook& outlook, std::size_t index,
                 std::vector<api::ServerStatsView>& views) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  const auto push = [&](std::string id, const char* role, api::ServerStatsView view) {
    view.server = std::move(id);
    view.role = role;
    views.push_back(std::move(view));
  };
  for (std::size_t i = 0; i < service.real_servers.size(); ++i) {
    const RealServer& server = service.real_servers[i];
    push(id(server), "primary",
         member_view(outlook, service, server.endpoint, server.settings.forwarding,
                     pool.real_servers[i]));
  }
  for (std::size_t i = 0; i < service.sorry_servers.size(); ++i) {
    const SorryServer& server = service.sorry_servers[i];
    push(id(server), "sorry",
         member_view(outlook, service, server.endpoint, server.settings.forwarding,
                     pool.sorry_servers[i]));
  }
  for (std::size_t i = 0; i < service.real_servers.size(); ++i) {
    if (!service.real_servers[i].backup) continue;
    const BackupServer& server = *service.real_servers[i].backup;
    push(id(server), "backup",
         member_view(outlook, service, server.endpoint, server.forwarding, pool.backup_servers[i]));
  }
}

}  // namespace

api::ServiceStatsView stats_view(const Outlook& outlook, std::size_t index) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  api::ServiceStatsView view;
  view.service = id(service);
  for (const ServiceKey& key : service.services) {
    const ServiceSnapshot* found = find_service(outlook, key);
    if (found == nullptr) continue;
    add(view.counters, found->traffic.counters, sees_replies(service));
    add(view.rates, found->traffic.rates, sees_replies(service));
    for (const auto& [destination, measured] : found->destinations)
      add(view.connections, measured.counters);
  }
  add_members(outlook, index, view.servers);
  return view;
}

std::vector<api::ServiceStatsView> stats_views(const Outlook& outlook, std::size_t index) {
  return {stats_view(outlook, index)};
}

std::vector<api::CpuStatsView> cpu_stats_views(const std::vector<CpuTraffic>& cpus) {
  std::vector<api::CpuStatsView> views;
  for (const auto& [cpu, counters] : cpus)
    add(views.emplace_back(api::CpuStatsView{.cpu = cpu, .counters = {}}).counters, counters, true);
  return views;
}

namespace {

std::optional<std::string>& field_of(api::ConnectionCountView& view, ConnectionPart part) {
  switch (part) {
    case ConnectionPart::protocol:
      return view.protocol;
    case ConnectionPart::client:
      return view.client;
    case ConnectionPart::service:
      return view.service;
    case ConnectionPart::server:
      return view.server;
    case ConnectionPart::state:
      break;
  }
  return view.state;
}

}  // namespace

std::vector<api::ConnectionCountView> count_views(const ConnectionCounts& counts,
                                                  std::uint64_t limit) {
  std::vector<api::ConnectionCountView> views;
  for (auto& [parts, count] : counts.greatest(static_cast<std::size_t>(limit))) {
    api::ConnectionCountView& view = views.emplace_back();
    view.count = count;
    for (std::size_t i = 0; i < parts.size(); ++i)
      field_of(view, counts.by()[i]) = std::move(parts[i]);
  }
  return views;
}

}  // namespace lvsd
