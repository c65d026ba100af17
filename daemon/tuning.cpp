// The part of Daemon that keeps the kernel's settings beside IPVS's own as the configuration wants.

#include "plan/tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/network_namespace.h"
#include "daemon/route_table.h"
#include "daemon/sysctl_views.h"
#include "daemon/wall_clock.h"
#include "plan/routes.h"
#include "plan/timeouts.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// What a look at /proc/sys brings.
struct Look {
  Tuned tuned;
  std::vector<std::string> unmet;
};

// What is needed and only told of; with `auto` it is among what is set.
std::vector<SysctlWish> told_sysctls(const Config& config, bool drains_hard) {
  return config.global.sysctl_auto ? std::vector<SysctlWish>()
                                   : needed_sysctls(config, drains_hard);
}

bool is_hard(const std::optional<BackupOverride>& wish) {
  return wish && wish->state == AdminState::drain && wish->returning == Returning::hard;
}
bool is_hard(const std::optional<AdminOverride>& wish) {
  return wish && wish->state == AdminState::drain && wish->returning == Returning::hard;
}

// Whether an operator drains a server so that clients that persist to it may not come back.
bool drains_hard(const Pools& pools) {
  for (const auto& [index, of_pool] : pools.wishes()) {
    if (pools.config().virtual_servers[index].settings.persistence_timeout == 0) continue;
    for (const auto& [server, wishes] : of_pool)
      if (is_hard(wishes.admin) || is_hard(wishes.backup)) return true;
  }
  return false;
}

bool has_tcp(const Config& config) {
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (key.fwmark != 0 || key.protocol == Protocol::tcp) return true;
  return false;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences)
    out += (out.empty() ? "" : "; ") + sentence;
  return out;
}

}  // namespace

asio::awaitable<void> Daemon::tune() {
  are_routes_restored_ = false;
  co_await route();
  const Config& config = pools_.config();
  const bool asks_about_idle = has_tcp(config);
  const std::optional<std::uint32_t> wanted_timeout =
      wanted_timeouts(config.global.timeouts, timeout_wishes_).tcp;
  const bool is_hard = drains_hard(pools_);
  const auto look = [where = ipvs_namespace_, wanted = wanted_sysctls(config, is_hard),
                     needed = told_sysctls(config, is_hard),
                     before = sysctls_before_]() -> Result<Look> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    const SysctlTree tree;
    return Look{.tuned = lvsd::tuned(tree, wanted, before), .unmet = lvsd::unmet(tree, needed)};
  };
  auto seen = co_await walkers_.run(look);
  if (!seen) {
    log(Level::warning, text(seen.error()), {.kind = EventKind::tuning});
    co_return;
  }
  sysctls_before_ = std::move(seen->tuned.before);
  for (const std::string& change : seen->tuned.changes)
    log(Level::notice, change, {.kind = EventKind::tuning});
  std::vector<std::string> untuned = std::move(seen->tuned.problems);
  untuned.insert(untuned.end(), seen->unmet.begin(), seen->unmet.end());
  std::vector<std::string> all = untuned;
  all.insert(all.end(), unrouted_.begin(), unrouted_.end());
  // Said once, not with each reload.
  if (all != untuned_)
    for (const std::string& problem : untuned)
      log(Level::warning, problem, {.kind = EventKind::tuning});
  untuned_ = std::move(all);

  co_await see_idle_times();
  if (!asks_about_idle || (!wanted_timeout && !idle_)) co_return;
  // The one that will be set is not there yet.
  if (const auto why = co_await zombie_note(wanted_timeout ? *wanted_timeout : idle_->tcp))
    log(Level::warning, *why, {.kind = EventKind::tuning});
}

// Whether clients that persist to a server of weight 0 go elsewhere. `ends`: they have to, so it is
// set where the file lets lvsd do that.
asio::awaitable<Result<bool>> Daemon::see_templates(bool ends) {
  std::vector<SysctlWish> wanted;
  if (ends && may_expire_templates(pools_.config()))
    wanted.push_back(
        {template_sysctl, "1", "clients that persist leave a server that drains (drain --hard)"});
  struct TemplateLook {
    Tuned tuned;
    std::string value;
  };
  const auto look = [where = ipvs_namespace_, wanted,
                     before = sysctls_before_]() -> Result<TemplateLook> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    const SysctlTree tree;
    TemplateLook seen{.tuned = lvsd::tuned(tree, wanted, before), .value = {}};
    auto value = tree.value(template_sysctl);
    if (!value) return value.error();
    seen.value = *std::move(value);
    return seen;
  };
  auto seen = co_await walkers_.run(look);
  if (!seen) co_return seen.error();
  sysctls_before_ = std::move(seen->tuned.before);
  for (const std::string& change : seen->tuned.changes)
    log(Level::notice, change, {.kind = EventKind::tuning});
  for (const std::string& problem : seen->tuned.problems)
    log(Level::warning, problem, {.kind = EventKind::tuning});
  co_return seen->value != "0";
}

// Says what has changed, and once what does not work.
asio::awaitable<void> Daemon::route() {
  const auto keep = [where = ipvs_namespace_,
                     wishes = wanted_routes(pools_.config())]() -> Result<Routed> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    auto table = RouteTable::open();
    if (!table) return table.error();
    return routed(*table, wishes);
  };
  auto done = co_await walkers_.run(keep);
  std::vector<std::string> problems =
      done ? std::move(done->problems) : std::vector<std::string>{text(done.error())};
  if (done)
    for (const std::string& change : done->changes)
      log(Level::notice, change, {.kind = EventKind::tuning});
  if (problems != unrouted_)
    for (const std::string& problem : problems)
      log(Level::warning, problem, {.kind = EventKind::tuning});
  const auto is_of_routes = [this](const std::string& problem) {
    return std::find(unrouted_.begin(), unrouted_.end(), problem) != unrouted_.end();
  };
  std::erase_if(untuned_, is_of_routes);
  untuned_.insert(untuned_.end(), problems.begin(), problems.end());
  unrouted_ = std::move(problems);
}

// For the metrics and the status. What cannot be read stays as it was last seen.
asio::awaitable<void> Daemon::see_idle_times() {
  const auto controls = co_await kernel_.controls();
  if (!controls) co_return;
  controls_ = *controls;
  const Timeouts& timeouts = controls->timeouts;
  api::IdleSample seen{.tcp = timeouts.tcp,
                       .tcp_fin = timeouts.tcp_fin,
                       .udp = timeouts.udp,
                       .keepalive = {},
                       .zombie_risk = {}};
  if (const auto asks = co_await host_keepalive()) {
    const auto [time, interval] = *asks;
    seen.keepalive = std::uint64_t{time} + interval;
    if (has_tcp(pools_.config()))
      seen.zombie_risk = zombie_warning(time, interval, timeouts.tcp).has_value();
  }
  idle_ = seen;
}

// Others may change or remove what was set, and the route that one of ours is like may change.
asio::awaitable<void> Daemon::watch_settings() {
  asio::steady_timer timer(loop_);
  for (;;) {
    timer.expires_after(pools_.config().global.audit_interval);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await see_idle_times();
    co_await sources_look_.seen();
    if (!are_routes_restored_ && !wanted_routes(pools_.config()).empty()) co_await route();
  }
}

asio::awaitable<api::Response> Daemon::answer_tuning() {
  const Config& config = pools_.config();
  const bool is_hard = drains_hard(pools_);
  const auto look = [where = ipvs_namespace_, wanted = wanted_sysctls(config, is_hard),
                     told = told_sysctls(config, is_hard), before = sysctls_before_,
                     routes = wanted_routes(config)]() -> Result<std::vector<api::SysctlView>> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    auto views = sysctl_views(SysctlTree(), wanted, told, before);
    if (auto table = RouteTable::open())
      if (const auto present = our_routes(*table)) add_route_views(routes, *present, views);
    return views;
  };
  const auto views = co_await walkers_.run(look);
  if (!views) co_return api::response(api::unavailable(text(views.error())));
  co_return api::response(api::Head{wall_clock(), generation_}, *views);
}

// What restoring would write, settings and routes.
asio::awaitable<api::Response> Daemon::answer_tuning_rehearsal() {
  const auto look = [where = ipvs_namespace_,
                     before = sysctls_before_]() -> Result<std::vector<std::string>> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    std::vector<std::string> lines = to_restore(SysctlTree(), before);
    if (auto table = RouteTable::open())
      if (const auto present = our_routes(*table))
        for (const RouteState& route : *present)
          lines.push_back(fmt::format("remove route {} mtu {}", text(route.server), route.mtu));
    return lines;
  };
  auto lines = co_await walkers_.run(look);
  if (!lines) co_return api::response(api::unavailable(text(lines.error())));
  const api::WishView view{
      .service = {},
      .server = {},
      .before = lines->empty() ? "as found" : "tuned",
      .after = "as found",
      .text = lines->empty() ? "nothing was changed by lvsd" : "the kernel's settings as found",
      .undo = {},
      .operations = std::move(*lines)};
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

asio::awaitable<api::Response> Daemon::answer_tuning_restore(api::Call call) {
  if (api::is_on(call.query, "dry_run")) co_return co_await answer_tuning_rehearsal();
  are_routes_restored_ = true;
  const auto put_back = [where = ipvs_namespace_, before = sysctls_before_]() -> Result<Tuned> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    Tuned done = restored(SysctlTree(), before);
    auto table = RouteTable::open();
    if (!table) return done;
    const Routed routes = routed(*table, {});
    done.changes.insert(done.changes.end(), routes.changes.begin(), routes.changes.end());
    done.problems.insert(done.problems.end(), routes.problems.begin(), routes.problems.end());
    return done;
  };
  auto done = co_await walkers_.run(put_back);
  if (!done) co_return api::response(api::unavailable(text(done.error())));
  sysctls_before_ = std::move(done->before);
  co_await save_state();
  for (const std::string& change : done->changes)
    log(Level::notice, change, {.kind = EventKind::tuning});
  if (!done->problems.empty()) co_return api::response(api::unavailable(joined(done->problems)));
  const bool was_tuned = !done->changes.empty();
  const api::WishView view{
      .service = {},
      .server = {},
      .before = was_tuned ? "tuned" : "as found",
      .after = "as found",
      .text = was_tuned ? joined(done->changes) : "nothing was changed by lvsd",
      .undo = was_tuned ? std::optional<std::string>("lvsctl reload") : std::nullopt};
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
