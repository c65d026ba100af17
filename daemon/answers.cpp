// What the API answers: Daemon's side of lib/api's table of routes.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <limits>
#include <utility>
#include <variant>

#include "api/find.h"
#include "base/parse_number.h"
#include "daemon/config_views.h"
#include "daemon/connections.h"
#include "daemon/daemon.h"
#include "daemon/named_objects.h"
#include "daemon/override_views.h"
#include "daemon/server_views.h"
#include "daemon/service_views.h"
#include "daemon/status_view.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Counters are as fresh as the kernel's own estimator makes worth while, and many readers share one
// reading of the table.
constexpr Duration counters_age = 1s;

// A checker that has died is replaced within 3 s, and a call into the kernel is given up after 10.
constexpr Duration longest_silence = 10s;

api::Response answer_service(const Outlook& outlook, const std::string& word) {
  const auto found = named_service(outlook.pools.config(), word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
  const auto* service = std::get<const VirtualServer*>(found);
  const auto index =
      static_cast<std::size_t>(service - outlook.pools.config().virtual_servers.data());
  return api::response(head(outlook), service_view(outlook, index, true));
}

// Real servers come before sorry servers that bear the same address, and those before backups.
api::Response answer_server(const Outlook& outlook, const std::string& service_word,
                            const std::string& word) {
  const auto found = named_service(outlook.pools.config(), service_word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
  const VirtualServer& service = *std::get<const VirtualServer*>(found);
  const auto pool =
      static_cast<std::size_t>(&service - outlook.pools.config().virtual_servers.data());
  const auto views = server_views(outlook, pool);

  const auto real = api::real_server(service, word);
  if (const auto* server = std::get_if<const RealServer*>(&real))
    return api::response(head(outlook),
                         views[static_cast<std::size_t>(*server - service.real_servers.data())]);
  const auto sorry = api::sorry_server(service, word);
  if (const auto* server = std::get_if<const SorryServer*>(&sorry))
    return api::response(head(outlook),
                         views[service.real_servers.size() +
                               static_cast<std::size_t>(*server - service.sorry_servers.data())]);
  if (const RealServer* master = api::master_of_backup(service, word)) {
    const std::string name = id(*master->backup);
    const auto view = std::find_if(views.begin(), views.end(), [&](const api::ServerView& one) {
      return one.role == "backup" && one.server == name;
    });
    return api::response(head(outlook), *view);
  }
  return std::get<api::Response>(named_server(service, word));
}

std::vector<api::ServerView> all_servers(const Outlook& outlook) {
  std::vector<api::ServerView> all;
  for (std::size_t i = 0; i < outlook.pools.config().virtual_servers.size(); ++i)
    for (api::ServerView& view : server_views(outlook, i)) {
      view.checks.reset();
      all.push_back(std::move(view));
    }
  return all;
}

}  // namespace

asio::awaitable<Outlook> Daemon::outlook() {
  co_return outlook(co_await reconciler_.snapshot(counters_age));
}

asio::awaitable<Outlook> Daemon::outlook(const std::string& service) {
  Services services;
  const auto found = named_service(pools_.config(), service);
  if (const auto* known = std::get_if<const VirtualServer*>(&found))
    services.insert((*known)->services.begin(), (*known)->services.end());
  co_return outlook(co_await reconciler_.snapshot(std::move(services), counters_age));
}

Outlook Daemon::outlook(const Result<std::shared_ptr<const Snapshot>>& read) const {
  std::optional<std::string> trouble;
  if (!read)
    trouble = text(read.error());
  else if (reconciler_.failing() != 0)
    trouble = fmt::format("{} services are not in the kernel as wanted", reconciler_.failing());
  else
    trouble = reconciler_.controls().trouble() ? reconciler_.controls().trouble() : not_saved_;
  return {.now = std::chrono::steady_clock::now(),
          .wall = wall_clock(),
          .pools = pools_,
          .checks = checks_,
          .generation = generation_,
          .config_file = options_.config_file,
          .started = started_,
          .loaded = loaded_,
          .kernel = kernel_info_,
          .snapshot = read ? *read : nullptr,
          .trouble = trouble,
          .drift = reconciler_.drift(),
          .repaired = reconciler_.repaired(),
          .audited = reconciler_.audited(),
          .untuned = untuned_,
          .fights = reconciler_.fights()};
}

asio::awaitable<api::Response> Daemon::answer(api::Call call) {
  using api::Action;
  switch (call.action) {
    case Action::alive:
    case Action::ready: {
      const auto view = call.action == Action::ready ? readiness() : liveness(longest_silence);
      api::Response response = api::response(api::Head{wall_clock(), generation_}, view);
      if (!view.ready) response.status = 503;
      co_return response;
    }
    case Action::metrics:
      co_return co_await answer_metrics(std::move(call));
    case Action::service_health:
      co_return answer_service_health(call.path.at("service"));
    case Action::version:
      co_return api::response(api::Head{wall_clock(), generation_}, version_view(kernel_info_));
    case Action::status: {
      const Outlook now = co_await outlook();
      co_return api::response(head(now), status_view(now));
    }
    case Action::services: {
      const Outlook now = co_await outlook();
      co_return api::response(head(now), service_views(now));
    }
    case Action::service:
      co_return answer_service(co_await outlook(call.path.at("service")), call.path.at("service"));
    case Action::servers: {
      const Outlook now = co_await outlook();
      co_return api::response(head(now), all_servers(now));
    }
    case Action::server:
      co_return answer_server(co_await outlook(call.path.at("service")), call.path.at("service"),
                              call.path.at("server"));
    case Action::zero:
      co_return co_await answer_zero(call.path.at("service"));
    case Action::connections:
      co_return co_await answer_connections(std::move(call));
    case Action::checks:
    case Action::run_checks:
    case Action::pause_checks:
    case Action::resume_checks:
      co_return co_await answer_checks(std::move(call));
    case Action::digest:
      co_return co_await answer_digest(std::move(call));
    case Action::config:
      co_return co_await answer_config(std::move(call));
    case Action::config_check:
      co_return co_await answer_config_check(std::move(call));
    case Action::config_diff:
      co_return co_await answer_config_diff(std::move(call));
    case Action::reload:
      co_return co_await answer_reload(call.query.contains("force"));
    case Action::overrides: {
      const Outlook now = co_await outlook();
      auto views = override_views(now);
      add_timeout_overrides(now, timeout_wishes_, views);
      co_return api::response(head(now), views);
    }
    case Action::drain:
    case Action::undrain:
    case Action::disable:
    case Action::enable:
    case Action::set_weight:
    case Action::set_max_connections:
    case Action::failback:
    case Action::calm:
      co_return co_await answer_wish(std::move(call));
    case Action::timeouts:
      co_return co_await answer_timeouts();
    case Action::set_timeout:
      co_return co_await answer_set_timeout(std::move(call));
    case Action::tuning:
      co_return co_await answer_tuning();
    case Action::restore_tuning:
      co_return co_await answer_tuning_restore();
  }
  co_return api::response(api::internal_error("this route has no answer"));
}

asio::awaitable<api::Response> Daemon::answer_reload(bool forced) {
  ReloadOutcome outcome = co_await reload(forced);
  if (const auto* bad = std::get_if<BadConfig>(&outcome))
    co_return api::response(api::config_invalid(options_.config_file,
                                                diagnostic_views(without_notes(bad->diagnostics))));
  if (const auto* guard = std::get_if<Guarded>(&outcome))
    co_return api::response(
        api::refused("the file is not applied: " + guard->why + "; use --force to do it anyway"));
  if (const auto* none = std::get_if<NoReload>(&outcome))
    co_return api::response(api::internal_error(none->why + "; the running configuration stays"));
  const api::ReloadView& view = std::get<Reloaded>(outcome).view;
  api::Response response = api::response(api::Head{wall_clock(), generation_}, view);
  // In force, but it goes on: what the kernel refused is tried again.
  if (!view.failures.empty()) response.status = 202;
  co_return response;
}

asio::awaitable<api::Response> Daemon::answer_zero(std::string service) {
  const auto found = named_service(pools_.config(), service);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  ControlPlan plan;
  for (const ServiceKey& key : std::get<const VirtualServer*>(found)->services)
    plan.push_back(ZeroCounters{key});
  const auto failures = co_await kernel_.apply(std::move(plan));
  if (!failures.empty()) co_return api::response(api::unavailable(text(failures.front().error)));
  (void)co_await reconciler_.snapshot(0s);  // for the answer, and all who look at the moment
  co_return answer_service(co_await outlook(), service);
}

namespace {

// The words of a query as a filter, or what is wrong with them.
struct ConnectionQuery {
  ConnectionFilter filter;
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

std::string word_of(const api::Words& words, const char* name) {
  const auto found = words.find(name);
  return found == words.end() ? std::string() : found->second;
}

void select_service(const VirtualServer& service, ConnectionFilter& filter) {
  filter.services = service.services;
  for (const ServiceKey& key : service.services) {
    if (key.fwmark == 0) continue;
    for (const RealServer& server : service.real_servers)
      filter.servers_of_marks.push_back(
          destination_key(service, key, server.endpoint, server.settings.forwarding));
    for (const SorryServer& server : service.sorry_servers)
      filter.servers_of_marks.push_back(
          destination_key(service, key, server.endpoint, server.settings.forwarding));
  }
}

// A server's word: an address with or without port, or what its service calls it.
std::variant<Endpoint, api::Response> server_of(const VirtualServer* service,
                                                const std::string& word) {
  if (const auto endpoint = parse_endpoint(word)) return *endpoint;
  if (const auto address = parse_address(word)) return Endpoint{*address, 0};
  if (service == nullptr)
    return api::response(api::bad_request("server: not an address; a name needs service as well"));
  const auto real = named_server(*service, word);
  if (const auto* refusal = std::get_if<api::Response>(&real)) return *refusal;
  return std::get<const RealServer*>(real)->endpoint;
}

std::variant<ConnectionQuery, api::Response> connection_query(const Config& config,
                                                              const api::Words& words) {
  ConnectionQuery query;
  const VirtualServer* service = nullptr;
  if (const std::string word = word_of(words, "service"); !word.empty()) {
    const auto found = named_service(config, word);
    if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
    service = std::get<const VirtualServer*>(found);
    select_service(*service, query.filter);
  }
  if (const std::string word = word_of(words, "server"); !word.empty()) {
    auto server = server_of(service, word);
    if (auto* refusal = std::get_if<api::Response>(&server)) return std::move(*refusal);
    query.filter.server = std::get<Endpoint>(server);
  }
  query.filter.state = word_of(words, "state");
  if (const std::string word = word_of(words, "client"); !word.empty()) {
    query.filter.client = parse_network(word);
    if (!query.filter.client)
      return api::response(api::bad_request("client: not an address or a network"));
  }
  if (const std::string word = word_of(words, "limit"); !word.empty()) {
    const auto limit = parse_number<std::uint64_t>(word);
    if (!limit) return api::response(api::bad_request("limit: not a whole number"));
    query.limit = *limit;
  }
  return query;
}

}  // namespace

asio::awaitable<api::Response> Daemon::answer_connections(api::Call call) {
  auto query = connection_query(pools_.config(), call.query);
  if (auto* refusal = std::get_if<api::Response>(&query)) co_return std::move(*refusal);
  auto& [filter, limit] = std::get<ConnectionQuery>(query);
  const auto open_it = [where = ipvs_namespace_] { return ConnectionList::open(where); };
  const auto opened = co_await walkers_.run(open_it);
  if (!opened) co_return api::response(api::unavailable(text(opened.error())));
  (*opened)->select(std::move(filter), limit);
  auto frame = api::list_frame<api::ConnectionView>({wall_clock(), generation_});
  co_return api::Response{.body = std::move(frame.opening),
                          .pieces = connection_pieces(loop_.get_executor(), walkers_,
                                                      std::move(frame.closing), *opened)};
}

}  // namespace lvsd
