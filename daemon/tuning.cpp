// The part of Daemon that keeps the kernel's settings beside IPVS's own as the configuration wants.

#include "plan/tuning.h"

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/parse_number.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/network_namespace.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// What a look at /proc/sys brings.
struct Look {
  Tuned tuned;
  std::vector<std::string> unmet;
  std::uint32_t keepalive_time = 0;  // 0: could not be read
  std::uint32_t keepalive_interval = 0;
};

std::uint32_t number(const SysctlTree& tree, const std::string& name) {
  const auto text = tree.value(name);
  return text ? parse_number<std::uint32_t>(*text).value_or(0) : 0;
}

bool has_tcp(const Config& config) {
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& key : server.services)
      if (key.fwmark != 0 || key.protocol == Protocol::tcp) return true;
  return false;
}

std::string lines(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences)
    out += (out.empty() ? "" : "\n") + sentence;
  return out;
}

}  // namespace

asio::awaitable<void> Daemon::tune() {
  const Config& config = pools_.config();
  const bool asks_about_idle = has_tcp(config);
  const std::optional<std::uint32_t> configured = config.global.timeouts.tcp;
  const auto look = [where = ipvs_namespace_, wanted = wanted_sysctls(config),
                     needed = config.global.sysctl_auto ? std::vector<SysctlWish>()
                                                        : needed_sysctls(config),
                     before = sysctls_before_]() -> Result<Look> {
    if (const auto entered = enter_namespace(*where); !entered) return entered.error();
    const SysctlTree tree;
    return Look{.tuned = lvsd::tuned(tree, wanted, before),
                .unmet = lvsd::unmet(tree, needed),
                .keepalive_time = number(tree, "net.ipv4.tcp_keepalive_time"),
                .keepalive_interval = number(tree, "net.ipv4.tcp_keepalive_intvl")};
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

  if (!asks_about_idle || seen->keepalive_time == 0) co_return;
  const auto controls = co_await kernel_.controls();
  if (!controls && !configured) co_return;
  const std::uint32_t timeout = configured ? *configured : controls->timeouts.tcp;
  if (const auto why = zombie_warning(seen->keepalive_time, seen->keepalive_interval, timeout))
    log(Level::warning, *why, {.kind = EventKind::tuning});
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
  if (!done->problems.empty()) co_return api::response(api::unavailable(lines(done->problems)));
  const bool was_tuned = !done->changes.empty();
  const api::WishView view{
      .service = {},
      .server = {},
      .before = was_tuned ? "tuned" : "as found",
      .after = "as found",
      .text = was_tuned ? lines(done->changes) : "nothing was changed by lvsd",
      .undo = was_tuned ? std::optional<std::string>("lvsctl reload") : std::nullopt};
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
