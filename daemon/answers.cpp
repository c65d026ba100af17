// What the API answers: Daemon's side of lib/api's table of routes.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>
#include <variant>

#include "api/find.h"
#include "api/openapi.h"
#include "daemon/config_views.h"
#include "daemon/daemon.h"
#include "daemon/filtered.h"
#include "daemon/list_pieces.h"
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

std::vector<api::ServerView> views_of_servers(const Outlook& outlook, std::size_t index) {
  return server_views(outlook, index, ViewDetail::listed);
}

std::vector<api::ServiceView> views_of_service(const Outlook& outlook, std::size_t index) {
  return {service_view(outlook, index, false)};
}

// Those of one service.
api::Response answer_servers(const Outlook& outlook, const std::string& word,
                             const api::Call& call) {
  const auto found = named_service(outlook.pools.config(), word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
  const auto index =
      std::get<const VirtualServer*>(found) - outlook.pools.config().virtual_servers.data();
  return filtered(head(outlook), views_of_servers(outlook, static_cast<std::size_t>(index)), call);
}

// Servers that a status looks at in one turn of the loop: some milliseconds.
constexpr std::size_t servers_a_turn = 1000;

}  // namespace

asio::awaitable<Outlook> Daemon::outlook(const std::string& service) {
  Services services;
  const auto found = named_service(pools_.config(), service);
  if (const auto* known = std::get_if<const VirtualServer*>(&found))
    services.insert((*known)->services.begin(), (*known)->services.end());
  co_return outlook(co_await reconciler_.snapshot(std::move(services), fresh_counters));
}

Outlook Daemon::outlook(const Result<std::shared_ptr<const Snapshot>>& read) const {
  if (!read) return outlook(Result<Measured>(read.error()));
  return outlook(
      Result<Measured>(Measured{.table = *read, .at = std::chrono::steady_clock::now()}));
}

Outlook Daemon::outlook(const Result<Measured>& read) const {
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
          .measured = read ? *read : Measured{},
          .trouble = trouble,
          .controls = controls_,
          .vips = vips_,
          .drift = reconciler_.drift(),
          .repaired = reconciler_.repaired(),
          .audited = reconciler_.audited(),
          .untuned = untuned_,
          .fights = reconciler_.fights(),
          .listeners = listener_troubles(),
          .file_changed = file_changed_,
          .rollback = rollback_view(),
          .config_attention = config_attention()};
}

asio::awaitable<api::Response> Daemon::answer(api::Call call) {
  using api::Action;
  switch (call.action) {
    case Action::page:
      co_return co_await answer_page(std::move(call));
    case Action::alive:
      co_return answer_readiness(liveness(longest_silence));
    case Action::ready:
      co_return answer_readiness(readiness());
    case Action::metrics:
      co_return co_await answer_metrics(std::move(call));
    case Action::service_health:
      co_return answer_service_health(call.path.at("service"));
    case Action::version:
      co_return api::response(api::Head{wall_clock(), generation_}, version_view(kernel_info_));
    case Action::openapi: {
      static const std::string document = api::openapi(LVSD_VERSION);
      co_return api::Response{.body = document};
    }
    case Action::status:
    case Action::services:
    case Action::service:
    case Action::servers:
    case Action::server:
    case Action::overrides:
      co_return co_await answer_outlook(std::move(call));
    case Action::zero:
    case Action::stats:
    case Action::cpu_stats:
    case Action::connection_counts:
    case Action::connections:
      co_return co_await answer_traffic(std::move(call));
    case Action::events:
      co_return answer_events(call);
    case Action::kernel_table:
    case Action::kernel_controls:
    case Action::drift:
    case Action::repair_drift:
      co_return co_await answer_kernel(std::move(call));
    case Action::doctor:
      co_return co_await answer_doctor(std::move(call));
    case Action::checks:
    case Action::run_checks:
    case Action::pause_checks:
    case Action::resume_checks:
      co_return co_await answer_checks(std::move(call));
    case Action::digest:
      co_return co_await answer_digest(std::move(call));
    case Action::config:
    case Action::config_check:
    case Action::config_diff:
    case Action::config_history:
    case Action::reload:
    case Action::rollback:
    case Action::confirm:
      co_return co_await answer_configuration(std::move(call));
    case Action::drain:
    case Action::undrain:
    case Action::disable:
    case Action::enable:
    case Action::set_weight:
    case Action::set_max_connections:
    case Action::set_scheduler:
    case Action::failback:
    case Action::calm:
      co_return co_await answer_wish(std::move(call));
    case Action::timeouts:
    case Action::set_timeout:
    case Action::tuning:
    case Action::restore_tuning:
    case Action::log_level:
    case Action::set_log_level:
      co_return co_await answer_controls(std::move(call));
    case Action::shutdown:
      co_return co_await answer_shutdown(std::move(call));
  }
  co_return api::response(api::internal_error("this route has no answer"));
}

api::Response Daemon::answer_readiness(const api::ReadinessView& view) const {
  api::Response response = api::response(api::Head{wall_clock(), generation_}, view);
  if (!view.ready) response.status = 503;
  return response;
}

// What all of it, or a part of it, is like at the moment.
asio::awaitable<api::Response> Daemon::answer_outlook(api::Call call) {
  using api::Action;
  if (call.action == Action::service)
    co_return answer_service(co_await outlook(call.path.at("service")), call.path.at("service"));
  if (call.action == Action::server)
    co_return answer_server(co_await outlook(call.path.at("service")), call.path.at("service"),
                            call.path.at("server"));
  if (call.action == Action::servers && !api::word(call.query, "service").empty()) {
    const std::string word = call.query.at("service");
    co_return answer_servers(co_await outlook(word), word, call);
  }
  if (call.action == Action::status) co_return co_await answer_status();
  const auto read = co_await reconciler_.measured();
  const Look look = [this, read] { return outlook(read); };
  if (call.action == Action::services)
    co_return listed<api::ServiceView>(look, views_of_service, call);
  if (call.action == Action::servers)
    co_return listed<api::ServerView>(look, views_of_servers, call);
  const Outlook now = look();
  auto views = override_views(now);
  add_timeout_overrides(now, timeout_wishes_, views);
  co_return filtered(head(now), std::move(views), call);
}

// What is looked at belongs to one configuration: after a reload it is looked at again.
asio::awaitable<api::Response> Daemon::answer_status() {
  for (;;) {
    const std::uint64_t generation = generation_;
    sources_look_.begin();
    vips_look_.begin();
    idle_look_.begin();
    const auto read = co_await reconciler_.measured();
    StatusText status;
    std::size_t next = 0;
    while (generation == generation_ && next < pools_.config().virtual_servers.size()) {
      const Outlook now = outlook(read);
      for (std::size_t servers = 0;
           servers < servers_a_turn && next < pools_.config().virtual_servers.size(); ++next) {
        status.look(now, next);
        servers += pools_.config().virtual_servers[next].real_servers.size() + 1;
      }
      co_await asio::post(loop_, asio::use_awaitable);
    }
    co_await sources_look_.seen();
    co_await vips_look_.seen();
    co_await idle_look_.seen();
    if (generation == generation_)
      co_return api::Response{.body = std::move(status).text(outlook(read))};
  }
}

asio::awaitable<api::Response> Daemon::answer_traffic(api::Call call) {
  using api::Action;
  if (call.action == Action::zero) co_return co_await answer_zero(std::move(call));
  if (call.action == Action::stats) co_return co_await answer_stats(std::move(call));
  if (call.action == Action::cpu_stats) co_return co_await answer_cpu_stats();
  if (call.action == Action::connections) co_return co_await answer_connections(std::move(call));
  co_return co_await answer_connection_counts(std::move(call));
}

asio::awaitable<api::Response> Daemon::answer_kernel(api::Call call) {
  using api::Action;
  if (call.action == Action::kernel_table && api::is_on(call.query, "wanted"))
    co_return co_await answer_wanted_table();
  if (call.action == Action::kernel_table) co_return co_await answer_kernel_table();
  if (call.action == Action::kernel_controls) co_return co_await answer_kernel_controls();
  co_return co_await answer_drift(std::move(call));
}

asio::awaitable<api::Response> Daemon::answer_configuration(api::Call call) {
  using api::Action;
  if (call.action == Action::config_check) co_return co_await answer_config_check(std::move(call));
  if (call.action == Action::config_diff) co_return co_await answer_config_diff(std::move(call));
  if (call.action == Action::config_history) co_return co_await answer_config_history();
  if (call.action == Action::reload) co_return co_await answer_reload(std::move(call));
  if (call.action == Action::rollback) co_return co_await answer_rollback(std::move(call));
  if (call.action == Action::confirm) co_return co_await answer_confirm(std::move(call));
  co_return co_await answer_config(std::move(call));
}

// What holds for the whole machine.
asio::awaitable<api::Response> Daemon::answer_controls(api::Call call) {
  using api::Action;
  if (call.action == Action::timeouts) co_return co_await answer_timeouts();
  if (call.action == Action::set_timeout) co_return co_await answer_set_timeout(std::move(call));
  if (call.action == Action::tuning) co_return co_await answer_tuning();
  if (call.action == Action::log_level) co_return answer_log_level();
  if (call.action == Action::set_log_level)
    co_return co_await answer_set_log_level(std::move(call));
  co_return co_await answer_tuning_restore(std::move(call));
}

asio::awaitable<api::Response> Daemon::answer_reload(api::Call call) {
  ReloadOrder order{.forced = api::is_on(call.query, "force")};
  order.by = co_await author_of(call);
  co_return answer_of(co_await reload(std::move(order)));
}

api::Response Daemon::answer_of(ReloadOutcome outcome) const {
  if (const auto* bad = std::get_if<BadConfig>(&outcome))
    return api::response(api::config_invalid(options_.config_file,
                                             diagnostic_views(without_notes(bad->diagnostics))));
  if (const auto* guard = std::get_if<Guarded>(&outcome))
    return api::response(
        api::refused("the file is not applied: " + guard->why + "; use --force to do it anyway"));
  if (const auto* none = std::get_if<NoReload>(&outcome))
    return api::response(api::internal_error(none->why + "; the running configuration stays"));
  const api::ReloadView& view = std::get<Reloaded>(outcome).view;
  api::Response response = api::response(api::Head{wall_clock(), generation_}, view);
  // In force, but it goes on: what the kernel refused is tried again.
  if (!view.failures.empty()) response.status = 202;
  return response;
}

asio::awaitable<api::Response> Daemon::answer_zero(api::Call call) {
  const std::string& service = call.path.at("service");
  const auto found = named_service(pools_.config(), service);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  ControlPlan plan;
  const auto& keys = std::get<const VirtualServer*>(found)->services;
  const Services zeroed(keys.begin(), keys.end());
  for (const ServiceKey& key : keys)
    plan.push_back(ZeroCounters{key});
  api::WishView view{.service = service,
                     .server = {},
                     .before = {},
                     .after = {},
                     .text = service + ": the kernel's counters are 0",
                     .undo = {}};
  if (api::is_on(call.query, "dry_run")) {
    view.operations.emplace();
    for (const ControlOp& op : plan)
      view.operations->push_back(text(op));
    co_return api::response(api::Head{wall_clock(), generation_}, view);
  }
  const auto failures = co_await kernel_.apply(std::move(plan));
  if (!failures.empty()) co_return api::response(api::unavailable(text(failures.front().error)));
  reconciler_.note_change(zeroed);
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
