#include "daemon/service_views.h"

#include <algorithm>

#include "daemon/counter_views.h"
#include "daemon/server_views.h"

namespace lvsd {

namespace {

std::uint32_t count_up(const Pool& pool) {
  return static_cast<std::uint32_t>(
      std::count_if(pool.servers.begin(), pool.servers.end(),
                    [](const ServerState& server) { return is_up(server.standing.state); }));
}

std::uint32_t count_backups_up(const VirtualServer& service, const Pool& pool) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < pool.backups.size(); ++i)
    if (service.real_servers[i].backup && is_up(pool.backups[i].standing.state)) ++count;
  return count;
}

std::string serving_pool(const Pool& pool) {
  if (Pools::serving(pool.real_servers) != 0) return "primary";
  if (Pools::serving(pool.backup_servers) != 0) return "backup";
  return Pools::serving(pool.sorry_servers) != 0 ? "sorry" : "none";
}

std::string forwarding_of(const VirtualServer& service) {
  std::string word;
  for (const RealServer& server : service.real_servers) {
    const std::string_view its = text(server.settings.forwarding);
    if (!word.empty() && word != its) return "mixed";
    word = its;
  }
  return word;
}

std::vector<std::string> flag_words(const ServiceSettings& settings) {
  std::vector<std::string> words;
  if (settings.flags.one_packet) words.push_back("ops");
  for (const auto& name : scheduler_flag_names(settings))
    words.push_back(name);
  return words;
}

api::QuorumView quorum_view(const VirtualServer& service, const Pool& pool) {
  api::QuorumView view{
      .required = service.quorum, .hysteresis = service.hysteresis, .holds = pool.quorum};
  for (std::size_t i = 0; i < service.real_servers.size(); ++i) {
    view.total_weight += service.real_servers[i].settings.weight;
    if (is_up(pool.servers[i].standing.state))
      view.weight += service.real_servers[i].settings.weight;
  }
  return view;
}

}  // namespace

bool sees_replies(const VirtualServer& service) {
  return std::any_of(
      service.real_servers.begin(), service.real_servers.end(),
      [](const RealServer& server) { return server.settings.forwarding == Forwarding::nat; });
}

std::string service_state(const Pool& pool) {
  if (Pools::serving(pool.real_servers) + Pools::serving(pool.backup_servers) == 0) return "DOWN";
  return count_up(pool) < pool.servers.size() ? "DEGRADED" : "UP";
}

Time since(const Pool& pool) {
  Time last = pool.quorum_since;
  for (const ServerState& server : pool.servers)
    last = std::max(last, server.since);
  return last;
}

api::ServiceSummary service_summary(const Outlook& outlook, std::size_t index) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  api::ServiceSummary view{.service = id(service),
                           .key = service.services.front(),
                           .also = {service.services.begin() + 1, service.services.end()},
                           .scheduler = outlook.pools.settings(index).scheduler,
                           .forwarding = forwarding_of(service),
                           .state = service_state(pool),
                           .pool = serving_pool(pool)};
  view.count.total = static_cast<std::uint32_t>(pool.servers.size());
  view.count.up = count_up(pool);
  view.count.backup_up = count_backups_up(service, pool);
  for (const ServiceKey& key : service.services) {
    const ServiceSnapshot* snapshot = find_service(outlook, key);
    if (snapshot == nullptr) continue;
    add(view.rates, snapshot->traffic.rates, sees_replies(service));
    for (const auto& [destination, found] : snapshot->destinations)
      add(view.connections, found.counters);
  }
  return view;
}

api::ServiceView service_view(const Outlook& outlook, std::size_t index, bool with_servers) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  api::ServiceView view;
  static_cast<api::ServiceSummary&>(view) = service_summary(outlook, index);
  view.flags = flag_words(outlook.pools.settings(index));
  if (service.settings.persistence_timeout != 0) {
    const Family family = service.services.front().family;
    view.persistence =
        api::PersistenceView{.timeout_seconds = service.settings.persistence_timeout,
                             .netmask = netmask_text(service.settings.persistence_netmask, family)};
    if (!service.settings.persistence_engine.empty())
      view.persistence->engine = service.settings.persistence_engine;
  }
  view.quorum = quorum_view(service, pool);
  view.since = moment(outlook, since(pool));
  for (const ServiceKey& key : service.services)
    if (const auto* snapshot = find_service(outlook, key))
      add(view.counters, snapshot->traffic.counters, sees_replies(service));
  if (!service.owner.empty()) view.owner = service.owner;
  view.graceful_removal = service.graceful_removal;
  view.config = origin_text(outlook.pools.config(), service.origin);
  if (with_servers) view.servers = server_views(outlook, index);
  return view;
}

}  // namespace lvsd
