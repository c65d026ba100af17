#include "daemon/server_views.h"

#include <algorithm>
#include <utility>

#include "daemon/counter_views.h"
#include "daemon/health_views.h"
#include "daemon/override_views.h"

namespace lvsd {

namespace {

// What a real server and a sorry server are shown with alike.
api::ServerView member_view(const Outlook& outlook, const VirtualServer& service,
                            const Endpoint& endpoint, const DestinationSettings& settings,
                            const Decision& decision, ViewDetail detail) {
  const ServiceKey& first = service.services.front();
  api::ServerView view;
  if (detail != ViewDetail::figures) {
    view.service = id(service);
    view.reason = text(decision.reason);
  }
  view.protocol = first.protocol;
  view.endpoint = destination_key(service, first, endpoint, settings.forwarding);
  view.state = state_text(decision);
  view.forwarding = text(settings.forwarding);
  view.weight.config = settings.weight;
  if (decision.presence != Presence::absent) view.weight.wanted = decision.weight;
  if (settings.upper_threshold != 0) view.connections.max = settings.upper_threshold;
  const bool sees_replies = settings.forwarding == Forwarding::nat;
  if (outlook.measured.table) view.in_kernel = false;
  for (const auto* found : destinations(outlook, service, endpoint, settings.forwarding)) {
    view.in_kernel = true;
    view.weight.kernel = found->settings.weight;
    add(view.connections, found->counters);
    add(view.counters, found->counters.traffic.counters, sees_replies);
    add(view.rates, found->counters.traffic.rates, sees_replies);
  }
  return view;
}

// A wish that takes a server out is what its state is since, where that came later than what its
// checks found.
void note_admin(api::ServerView& view, api::AdminView admin) {
  if (admin.state != "enabled") view.since = std::max(view.since, admin.since);
  view.admin = std::move(admin);
}

api::ServerView backup_server_view(const Outlook& outlook, std::size_t pool_index,
                                   std::size_t index, ViewDetail detail) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[pool_index];
  const RealServer& master = service.real_servers[index];
  const BackupServer& server = *master.backup;
  const Pool& pool = outlook.pools.pool(pool_index);
  const ServerState& state = pool.backups[index];
  const DestinationSettings settings{
      .forwarding = server.forwarding, .tunnel = server.tunnel, .weight = master.settings.weight};
  api::ServerView view =
      member_view(outlook, service, server.endpoint, settings, pool.backup_servers[index], detail);
  view.server = id(server);
  view.role = "backup";
  view.since = moment(outlook, state.since);
  note_admin(view, backup_admin_view(outlook, pool_index, index));
  if (detail == ViewDetail::figures) return view;
  view.health = health_view(outlook, server.checks, state);
  view.config = origin_text(outlook.pools.config(), server.origin);
  if (detail == ViewDetail::listed) return view;
  view.checks = check_views(outlook, server.checks, state);
  return view;
}

api::ServerPolicyView policy_view(const RealServer& server) {
  const ServerPolicy& policy = *server.policy;
  api::ServerPolicyView view{.graceful_shutdown = policy.graceful_shutdown,
                             .slow_start_seconds = seconds(policy.slow_start),
                             .preempt = policy.preempt,
                             .preempt_delay_seconds = seconds(policy.preempt_delay),
                             .on_return = policy.on_return == OnReturn::drain ? "drain" : "cut",
                             .backup_at = policy.backup_at};
  if (policy.drain_timeout != Duration::zero())
    view.drain_timeout_seconds = seconds(policy.drain_timeout);
  if (server.backup) view.backup = id(*server.backup);
  return view;
}

api::ServerView real_server_view(const Outlook& outlook, std::size_t pool_index, std::size_t index,
                                 ViewDetail detail) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[pool_index];
  const RealServer& server = service.real_servers[index];
  const Pool& pool = outlook.pools.pool(pool_index);
  const ServerState& state = pool.servers[index];
  api::ServerView view = member_view(outlook, service, server.endpoint, server.settings,
                                     pool.real_servers[index], detail);
  view.server = id(server);
  view.role = "primary";
  view.since = moment(outlook, state.since);
  note_admin(view, admin_view(outlook, pool_index, index));
  if (detail == ViewDetail::figures) return view;
  view.health = health_view(outlook, server.checks, state);
  view.config = origin_text(outlook.pools.config(), server.origin);
  if (detail == ViewDetail::listed) return view;
  view.checks = check_views(outlook, server.checks, state);
  view.policy = policy_view(server);
  return view;
}

api::ServerView sorry_server_view(const Outlook& outlook, std::size_t pool_index, std::size_t index,
                                  ViewDetail detail) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[pool_index];
  const SorryServer& server = service.sorry_servers[index];
  const Pool& pool = outlook.pools.pool(pool_index);
  api::ServerView view = member_view(outlook, service, server.endpoint, server.settings,
                                     pool.sorry_servers[index], detail);
  view.server = text(server.endpoint);
  view.role = "sorry";
  view.since = moment(outlook, pool.quorum_since);
  if (detail == ViewDetail::figures) return view;
  view.health = health_view(outlook, server.checks, pool.sorries[index]);
  view.config = origin_text(outlook.pools.config(), server.origin);
  if (detail == ViewDetail::all && !server.checks.empty())
    view.checks = check_views(outlook, server.checks, pool.sorries[index]);
  return view;
}

// It is in no file any more, and nobody checks it; what is left of it is its connections.
api::ServerView removed_server_view(const Outlook& outlook, const VirtualServer& service,
                                    const Removed& removed, ViewDetail detail) {
  const Decision leaving{
      .effective = Effective::removing, .reason = Reason::removed, .presence = Presence::idle};
  api::ServerView view = member_view(outlook, service, removed.server.endpoint,
                                     removed.server.settings, leaving, detail);
  view.server = id(removed.server);
  view.role = "primary";
  view.since = moment(outlook, removed.drain.since);
  view.health.state = text(HealthState::no_check);
  return view;
}

}  // namespace

std::vector<api::ServerView> server_views(const Outlook& outlook, std::size_t index,
                                          ViewDetail detail) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  std::vector<api::ServerView> views;
  for (std::size_t i = 0; i < service.real_servers.size(); ++i)
    views.push_back(real_server_view(outlook, index, i, detail));
  for (std::size_t i = 0; i < service.sorry_servers.size(); ++i)
    views.push_back(sorry_server_view(outlook, index, i, detail));
  for (std::size_t i = 0; i < service.real_servers.size(); ++i)
    if (service.real_servers[i].backup)
      views.push_back(backup_server_view(outlook, index, i, detail));
  if (detail != ViewDetail::figures)
    for (const Removed& removed : outlook.pools.pool(index).removed)
      views.push_back(removed_server_view(outlook, service, removed, detail));
  return views;
}

}  // namespace lvsd
