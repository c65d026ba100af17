// What the API answers: Daemon's side of lib/api's table of routes.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "api/find.h"
#include "daemon/config_changes.h"
#include "daemon/daemon.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Counters are as fresh as the kernel's own estimator makes worth while, and many readers share one
// reading of the table.
constexpr Duration counters_age = 1s;

// The object a word of the path means, or the answer that there is none.
template <class Object>
std::variant<const Object*, api::Response> settled(const api::Found<Object>& found,
                                                   const std::string& word) {
  if (const auto* object = std::get_if<const Object*>(&found)) return *object;
  if (const auto* several = std::get_if<api::Ambiguous>(&found))
    return api::response(api::ambiguous(word, several->candidates));
  return api::response(api::no_such_object(word, std::get<api::NotFound>(found).near));
}

api::Response answer_service(const Outlook& outlook, const std::string& word) {
  const auto found = settled(api::virtual_server(outlook.pools.config(), word), word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
  const auto* service = std::get<const VirtualServer*>(found);
  const auto index =
      static_cast<std::size_t>(service - outlook.pools.config().virtual_servers.data());
  return api::response(head(outlook), service_view(outlook, index, true));
}

// Real servers come before sorry servers that bear the same address, and those before backups.
api::Response answer_server(const Outlook& outlook, const std::string& service_word,
                            const std::string& word) {
  const auto found =
      settled(api::virtual_server(outlook.pools.config(), service_word), service_word);
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
  return std::get<api::Response>(settled(real, word));
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
  const auto read = co_await reconciler_.snapshot(counters_age);
  std::optional<std::string> trouble;
  if (!read)
    trouble = text(read.error());
  else if (reconciler_.failing() != 0)
    trouble = fmt::format("{} services are not in the kernel as wanted", reconciler_.failing());
  else
    trouble = not_saved_;
  co_return Outlook{.now = std::chrono::steady_clock::now(),
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
                    .audited = reconciler_.audited()};
}

api::ReadinessView Daemon::readiness() const {
  api::ReadinessView view;
  if (!applied_) view.reasons.push_back("the configuration has not reached the kernel yet");
  if (reconciler_.trouble()) view.reasons.push_back(text(*reconciler_.trouble()));
  if (reconciler_.failing() != 0)
    view.reasons.push_back(
        fmt::format("{} services are not in the kernel as wanted", reconciler_.failing()));
  view.ready = view.reasons.empty();
  return view;
}

asio::awaitable<api::Response> Daemon::answer(api::Call call) {
  using api::Action;
  switch (call.action) {
    case Action::alive:
    case Action::ready: {
      api::Response response = api::response(api::Head{wall_clock(), generation_}, readiness());
      if (call.action == Action::ready && !readiness().ready) response.status = 503;
      co_return response;
    }
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
      co_return answer_service(co_await outlook(), call.path.at("service"));
    case Action::servers: {
      const Outlook now = co_await outlook();
      co_return api::response(head(now), all_servers(now));
    }
    case Action::server:
      co_return answer_server(co_await outlook(), call.path.at("service"), call.path.at("server"));
    case Action::reload:
      co_return co_await answer_reload(call.query.contains("force"));
    case Action::overrides: {
      const Outlook now = co_await outlook();
      co_return api::response(head(now), override_views(now));
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
  }
  co_return api::response(api::internal_error("this route has no answer"));
}

asio::awaitable<api::Response> Daemon::answer_reload(bool forced) {
  ReloadOutcome outcome = co_await reload(forced);
  if (const auto* bad = std::get_if<BadConfig>(&outcome)) {
    std::vector<api::DiagnosticView> views;
    for (const Diagnostic& diagnostic : bad->diagnostics)
      views.push_back(diagnostic_view(diagnostic));
    co_return api::response(api::config_invalid(options_.config_file, std::move(views)));
  }
  if (const auto* guard = std::get_if<Guarded>(&outcome))
    co_return api::response(
        api::refused("the file is not applied: " + guard->why + "; use --force to do it anyway"));
  auto& done = std::get<Reloaded>(outcome);
  for (const std::string& failure : done.failures)
    done.view.changes.push_back("not in the kernel yet: " + failure);
  co_return api::response(api::Head{wall_clock(), generation_}, done.view);
}

}  // namespace lvsd
