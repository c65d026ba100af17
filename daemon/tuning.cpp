// The part of Daemon that keeps the kernel's settings beside IPVS's own as the configuration wants.

#include "plan/tuning.h"

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/network_namespace.h"
#include "daemon/sysctl_views.h"
#include "daemon/wall_clock.h"
#include "plan/timeouts.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// What a look at /proc/sys brings.
struct Look {
  Tuned tuned;
  std::vector<std::string> unmet;
  Keepalive keepalive;
};

// What is needed and only told of; with `auto` it is among what is set.
std::vector<SysctlWish> told_sysctls(const Config& config) {
  return config.global.sysctl_auto ? std::vector<SysctlWish>() : needed_sysctls(config);
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
  const Config& config = pools_.config();
  const bool asks_about_idle = has_tcp(config);
  const std::optional<std::uint32_t> wanted_timeout =
      wanted_timeouts(config.global.timeouts, timeout_wishes_).tcp;
  const auto look = [where = ipvs_namespace_, wanted = wanted_sysctls(config),
                     needed = told_sysctls(config), before = sysctls_before_]() -> Result<Look> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    const SysctlTree tree;
    return Look{.tuned = lvsd::tuned(tree, wanted, before),
                .unmet = lvsd::unmet(tree, needed),
                .keepalive = keepalive(tree)};
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
  // Said once, not with each reload.
  if (untuned != untuned_)
    for (const std::string& problem : untuned)
      log(Level::warning, problem, {.kind = EventKind::tuning});
  untuned_ = std::move(untuned);

  const auto [time, interval] = seen->keepalive;
  if (!asks_about_idle || time == 0) co_return;
  const auto controls = co_await kernel_.controls();
  if (!controls && !wanted_timeout) co_return;
  const std::uint32_t timeout = wanted_timeout ? *wanted_timeout : controls->timeouts.tcp;
  if (const auto why = zombie_warning(time, interval, timeout))
    log(Level::warning, *why, {.kind = EventKind::tuning});
}

asio::awaitable<api::Response> Daemon::answer_tuning() {
  const Config& config = pools_.config();
  const auto look = [where = ipvs_namespace_, wanted = wanted_sysctls(config),
                     told = told_sysctls(config),
                     before = sysctls_before_]() -> Result<std::vector<api::SysctlView>> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return sysctl_views(SysctlTree(), wanted, told, before);
  };
  const auto views = co_await walkers_.run(look);
  if (!views) co_return api::response(api::unavailable(text(views.error())));
  co_return api::response(api::Head{wall_clock(), generation_}, *views);
}

asio::awaitable<api::Response> Daemon::answer_tuning_restore() {
  const auto put_back = [where = ipvs_namespace_, before = sysctls_before_]() -> Result<Tuned> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    return restored(SysctlTree(), before);
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
