#include "daemon/views.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "health/observe.h"
#include "health/quorum.h"

namespace lvsd {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

double seconds(auto span) {
  return std::chrono::duration_cast<duration<double>>(span).count();
}

api::Moment moment(const Outlook& outlook, Time at) {
  return {outlook.wall.at - std::chrono::duration_cast<milliseconds>(outlook.now - at),
          outlook.wall.offset};
}

// ---- counters

void add(std::optional<std::uint64_t>& sum, std::uint64_t value) {
  sum = sum.value_or(0) + value;
}

// Replies are seen by this host with NAT only; elsewhere 0 would be a lie.
void add(api::CountersView& view, const TrafficCounters& counters, bool sees_replies) {
  add(view.connections, counters.connections);
  add(view.in_packets, counters.in_packets);
  add(view.in_bytes, counters.in_bytes);
  if (!sees_replies) return;
  add(view.out_packets, counters.out_packets);
  add(view.out_bytes, counters.out_bytes);
}

void add(api::RatesView& view, const TrafficRates& rates, bool sees_replies) {
  add(view.cps, rates.connections);
  add(view.in_pps, rates.in_packets);
  add(view.in_bps, rates.in_bytes);
  if (!sees_replies) return;
  add(view.out_pps, rates.out_packets);
  add(view.out_bps, rates.out_bytes);
}

void add(api::ConnectionsView& view, const DestinationCounters& counters) {
  add(view.active, counters.active_connections);
  add(view.inactive, counters.inactive_connections);
  add(view.persistent, counters.persistent_connections);
}

const ServiceSnapshot* find_service(const Outlook& outlook, const ServiceKey& key) {
  if (!outlook.snapshot) return nullptr;
  const auto found = outlook.snapshot->find(key);
  return found == outlook.snapshot->end() ? nullptr : &found->second;
}

// Calls `use` with what the kernel has of a server in each service of its virtual server.
template <class Use>
void for_each_destination(const Outlook& outlook, const VirtualServer& service,
                          const Endpoint& endpoint, const DestinationSettings& settings, Use use) {
  for (const ServiceKey& key : service.services) {
    const ServiceSnapshot* snapshot = find_service(outlook, key);
    if (snapshot == nullptr) continue;
    const auto found =
        snapshot->destinations.find(destination_key(service, key, endpoint, settings.forwarding));
    if (found != snapshot->destinations.end()) use(found->second);
  }
}

// ---- health

api::CheckResultView result_view(const Outlook& outlook, const Observation& seen) {
  return {.result = std::string(text(seen.result)),
          .code = seen.code != 0 ? std::optional(seen.code) : std::nullopt,
          .text = seen.text,
          .duration_seconds = seconds(seen.duration),
          .age_seconds = seconds(outlook.now - seen.at)};
}

api::HealthView health_view(const Outlook& outlook, const Check& check, const CheckHealth& health) {
  const CheckPolicy& policy = check.settings->policy;
  const Standing is = standing(health, policy);
  api::HealthView view{.state = std::string(text(is.state)),
                       .streak = is.count,
                       .rise = policy.rise,
                       .fall = fall(policy),
                       .since = moment(outlook, health.since)};
  if (outlook.checks.is_paused(check)) view.state = "paused";
  if (health.last) view.last = result_view(outlook, *health.last);
  return view;
}

// The health of a server is that of the check that speaks for it: one whose state is the server's,
// else the first.
api::HealthView health_view(const Outlook& outlook, const RealServer& server,
                            const ServerState& state) {
  if (server.checks.empty()) return {.state = std::string(text(HealthState::no_check))};
  std::size_t speaker = 0;
  for (std::size_t i = state.checks.size(); i-- > 0;)
    if (standing(state.checks[i], server.checks[i].settings->policy) == state.standing) speaker = i;
  return health_view(outlook, server.checks[speaker], state.checks[speaker]);
}

std::vector<api::CheckView> check_views(const Outlook& outlook, const RealServer& server,
                                        const ServerState& state) {
  std::vector<api::CheckView> views;
  for (std::size_t i = 0; i < server.checks.size(); ++i) {
    const Check& check = server.checks[i];
    const CheckPolicy& policy = check.settings->policy;
    views.push_back({.kind = std::string(keyword(check.settings->probe)),
                     .target = text(check.target.endpoint),
                     .interval_seconds = seconds(policy.delay_loop),
                     .timeout_seconds = seconds(policy.connect_timeout),
                     .health = health_view(outlook, check, state.checks[i])});
  }
  return views;
}

// ---- servers

std::string origin_text(const Config& config, const Origin& origin) {
  const std::string file =
      origin.file < config.files.size() ? config.files[origin.file] : std::string();
  return fmt::format("{}:{}", file, origin.line);
}

// What a real server and a sorry server are shown with alike.
api::ServerView member_view(const Outlook& outlook, const VirtualServer& service,
                            const Endpoint& endpoint, const DestinationSettings& settings,
                            const Decision& decision) {
  const ServiceKey& first = service.services.front();
  api::ServerView view;
  view.service = id(service);
  view.protocol = first.protocol;
  view.endpoint = destination_key(service, first, endpoint, settings.forwarding);
  view.state = text(decision.effective);
  view.reason = text(decision.reason);
  view.forwarding = text(settings.forwarding);
  view.weight.config = settings.weight;
  if (decision.presence != Presence::absent) view.weight.wanted = decision.weight;
  if (settings.upper_threshold != 0) view.connections.max = settings.upper_threshold;
  const bool sees_replies = settings.forwarding == Forwarding::nat;
  if (outlook.snapshot) view.in_kernel = false;
  for_each_destination(outlook, service, endpoint, settings, [&](const DestinationSnapshot& found) {
    view.in_kernel = true;
    view.weight.kernel = found.settings.weight;
    add(view.connections, found.counters);
    add(view.counters, found.counters.traffic.counters, sees_replies);
    add(view.rates, found.counters.traffic.rates, sees_replies);
  });
  return view;
}

api::ServerView real_server_view(const Outlook& outlook, std::size_t pool_index, std::size_t index,
                                 bool with_checks) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[pool_index];
  const RealServer& server = service.real_servers[index];
  const Pool& pool = outlook.pools.pool(pool_index);
  const ServerState& state = pool.servers[index];
  api::ServerView view =
      member_view(outlook, service, server.endpoint, server.settings, pool.real_servers[index]);
  view.server = id(server);
  view.role = "primary";
  view.since = moment(outlook, state.since);
  view.health = health_view(outlook, server, state);
  if (with_checks) view.checks = check_views(outlook, server, state);
  view.config = origin_text(outlook.pools.config(), server.origin);
  return view;
}

api::ServerView sorry_server_view(const Outlook& outlook, std::size_t pool_index,
                                  std::size_t index) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[pool_index];
  const SorryServer& server = service.sorry_servers[index];
  const Pool& pool = outlook.pools.pool(pool_index);
  api::ServerView view =
      member_view(outlook, service, server.endpoint, server.settings, pool.sorry_servers[index]);
  view.server = text(server.endpoint);
  view.role = "sorry";
  view.since = moment(outlook, pool.quorum_since);
  view.health.state = text(HealthState::no_check);
  view.config = origin_text(outlook.pools.config(), server.origin);
  return view;
}

// ---- services

std::uint32_t count_up(const Pool& pool) {
  return static_cast<std::uint32_t>(
      std::count_if(pool.servers.begin(), pool.servers.end(),
                    [](const ServerState& server) { return is_up(server.standing.state); }));
}

// DOWN: nobody takes connections, or only the sorry server does. DEGRADED: some real server is
// missing.
std::string service_state(const Pool& pool) {
  if (Pools::serving(pool.real_servers) == 0) return "DOWN";
  return count_up(pool) < pool.servers.size() ? "DEGRADED" : "UP";
}

std::string serving_pool(const Pool& pool) {
  if (Pools::serving(pool.real_servers) != 0) return "primary";
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

bool sees_replies(const VirtualServer& service) {
  return std::any_of(
      service.real_servers.begin(), service.real_servers.end(),
      [](const RealServer& server) { return server.settings.forwarding == Forwarding::nat; });
}

Time since(const Pool& pool) {
  Time last = pool.quorum_since;
  for (const ServerState& server : pool.servers)
    last = std::max(last, server.since);
  return last;
}

std::vector<std::string> flag_words(const ServiceSettings& settings) {
  std::vector<std::string> words;
  if (settings.flags.one_packet) words.push_back("ops");
  for (const auto& name : scheduler_flag_names(settings))
    words.push_back(name);
  return words;
}

api::ServiceSummary summary(const Outlook& outlook, std::size_t index) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  api::ServiceSummary view{.service = id(service),
                           .key = service.services.front(),
                           .also = {service.services.begin() + 1, service.services.end()},
                           .scheduler = service.settings.scheduler,
                           .forwarding = forwarding_of(service),
                           .state = service_state(pool),
                           .pool = serving_pool(pool)};
  view.count.total = static_cast<std::uint32_t>(pool.servers.size());
  view.count.up = count_up(pool);
  for (const ServiceKey& key : service.services) {
    const ServiceSnapshot* snapshot = find_service(outlook, key);
    if (snapshot == nullptr) continue;
    add(view.rates, snapshot->traffic.rates, sees_replies(service));
    for (const auto& [destination, found] : snapshot->destinations)
      add(view.connections, found.counters);
  }
  return view;
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

// ---- attention

void add_attention(const Outlook& outlook, std::size_t index,
                   std::vector<api::AttentionView>& attention) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  const std::string state = service_state(pool);
  if (state == "DOWN")
    attention.push_back({"error", id(service),
                         serving_pool(pool) == "sorry"
                             ? "no real server serves; on the sorry server"
                             : "no server takes connections",
                         moment(outlook, since(pool))});
  for (std::size_t i = 0; i < pool.servers.size(); ++i) {
    const ServerState& server = pool.servers[i];
    if (is_up(server.standing.state)) continue;
    const auto health = health_view(outlook, service.real_servers[i], server);
    std::string what(text(pool.real_servers[i].effective));
    if (health.last)
      what += fmt::format(": {}{}", health.last->result,
                          health.last->text.empty() ? "" : " " + health.last->text);
    attention.push_back({"warning", id(service) + "/" + id(service.real_servers[i]), what,
                         moment(outlook, server.since)});
  }
}

std::vector<api::AttentionView> attention(const Outlook& outlook) {
  std::vector<api::AttentionView> found;
  if (outlook.trouble) found.push_back({"error", "", *outlook.trouble, {}});
  for (const std::string& entry : outlook.fights)
    found.push_back({"error", entry, "another program changes it each time it is repaired", {}});
  for (std::size_t i = 0; i < outlook.pools.config().virtual_servers.size(); ++i)
    add_attention(outlook, i, found);
  std::stable_partition(found.begin(), found.end(),
                        [](const api::AttentionView& a) { return a.severity == "error"; });
  return found;
}

api::CheckCounts check_counts(const Outlook& outlook) {
  api::CheckCounts counts;
  for (const auto& [id, entry] : outlook.checks.entries()) {
    ++(entry.pause != 0 ? counts.paused : counts.running);
    const CheckHealth& health = outlook.pools.health(entry.users.front());
    if (!health.last) continue;
    const Verdict is = verdict(health.last->result);
    if (is == Verdict::pass) ++counts.pass;
    if (is == Verdict::fail) ++counts.fail;
    counts.slowest_seconds =
        std::max(counts.slowest_seconds.value_or(0), seconds(health.last->duration));
  }
  return counts;
}

api::KernelView kernel_view(const Outlook& outlook) {
  api::KernelView view{.error = outlook.trouble};
  if (outlook.kernel) {
    view.ipvs_version = version_text(*outlook.kernel);
    view.table_size = outlook.kernel->connection_table_size;
  }
  if (!outlook.snapshot) return view;
  const auto ours = outlook.pools.services();
  view.ours.emplace();
  view.foreign.emplace();
  for (const auto& [key, service] : *outlook.snapshot) {
    api::EntryCounts& counts = ours.contains(key) ? *view.ours : *view.foreign;
    ++counts.services;
    counts.servers += service.destinations.size();
  }
  return view;
}

api::DriftView drift_view(const Outlook& outlook) {
  api::DriftView view{.repaired = outlook.repaired};
  for (const Drift& drift : outlook.drift) {
    if (drift.kind == DriftKind::missing) ++view.missing;
    if (drift.kind == DriftKind::extra) ++view.extra;
    if (drift.kind == DriftKind::changed) ++view.changed;
  }
  if (outlook.audited) view.audited = moment(outlook, *outlook.audited);
  return view;
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

api::Head head(const Outlook& outlook) {
  return {outlook.wall, outlook.generation};
}

std::string version_text(const KernelInfo& kernel) {
  return fmt::format("{}.{}.{}", kernel.version >> 16 & 0xff, kernel.version >> 8 & 0xff,
                     kernel.version & 0xff);
}

api::Moment wall_clock() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return {std::chrono::time_point_cast<milliseconds>(now),
          std::chrono::minutes(local.tm_gmtoff / 60)};
}

api::StatusView status_view(const Outlook& outlook) {
  api::StatusView view{.version = LVSD_VERSION,
                       .host = host_name(),
                       .pid = ::getpid(),
                       .uptime_seconds = seconds(outlook.now - outlook.started),
                       .config = {outlook.config_file, outlook.loaded, {}},
                       .kernel = kernel_view(outlook),
                       .drift = drift_view(outlook),
                       .checks = check_counts(outlook),
                       .attention = attention(outlook)};
  for (std::size_t i = 0; i < outlook.pools.config().virtual_servers.size(); ++i)
    view.services.push_back(summary(outlook, i));
  view.state = api::overall_state(view);
  return view;
}

api::ServiceView service_view(const Outlook& outlook, std::size_t index, bool with_servers) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  const Pool& pool = outlook.pools.pool(index);
  api::ServiceView view;
  static_cast<api::ServiceSummary&>(view) = summary(outlook, index);
  view.flags = flag_words(service.settings);
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
  view.config = origin_text(outlook.pools.config(), service.origin);
  if (with_servers) view.servers = server_views(outlook, index);
  return view;
}

std::vector<api::ServiceView> service_views(const Outlook& outlook) {
  std::vector<api::ServiceView> views;
  for (std::size_t i = 0; i < outlook.pools.config().virtual_servers.size(); ++i)
    views.push_back(service_view(outlook, i, false));
  return views;
}

std::vector<api::ServerView> server_views(const Outlook& outlook, std::size_t index) {
  const VirtualServer& service = outlook.pools.config().virtual_servers[index];
  std::vector<api::ServerView> views;
  for (std::size_t i = 0; i < service.real_servers.size(); ++i)
    views.push_back(real_server_view(outlook, index, i, true));
  for (std::size_t i = 0; i < service.sorry_servers.size(); ++i)
    views.push_back(sorry_server_view(outlook, index, i));
  return views;
}

api::VersionView version_view(const std::optional<KernelInfo>& kernel) {
  api::VersionView view{.version = LVSD_VERSION};
  if (kernel) view.ipvs_version = version_text(*kernel);
  utsname name{};
  if (::uname(&name) == 0) view.kernel_release = name.release;
  return view;
}

}  // namespace lvsd
