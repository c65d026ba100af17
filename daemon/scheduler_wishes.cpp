// Another scheduler than the file's: Daemon's side of `lvsctl set SERVICE scheduler`. It is in the
// kernel, or it is not wished for: what the kernel refuses is put back at once.

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "config/scan.h"
#include "config/schedulers.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/named_objects.h"
#include "daemon/override_views.h"
#include "daemon/wall_clock.h"
#include "daemon/wish_text.h"
#include "plan/overrides.h"
#include "plan/scheduler.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

using Wish = std::optional<SchedulerOverride>;

Wish wish_of(const Pools& pools, std::size_t pool) {
  const SchedulerOverride* wish = pools.scheduler_wish(pool);
  return wish == nullptr ? std::nullopt : Wish(*wish);
}

// Without a value, the file's again.
Wish changed(const Wish& before, const std::string& value, const VirtualServer& service,
             const Author& by, const Said& said) {
  if (value.empty()) return std::nullopt;
  return repeated(before ? &*before : nullptr,
                  {.value = value, .hides = service.settings.scheduler, .by = by}, said);
}

bool is_repeated(const Wish& before, const Wish& after) {
  return before && after && before->value == after->value;
}

// The command that takes a change back; nothing where nothing changed.
std::optional<std::string> undo_of(const std::string& service, const Wish& before,
                                   const Wish& after, const api::Moment& wall) {
  if (before == after) return std::nullopt;
  if (!before) return fmt::format("lvsctl unset {} scheduler", service);
  return fmt::format(
      "lvsctl set {} scheduler {}{}", service, before->value,
      command_words(*before, is_repeated(before, after) ? *after : SchedulerOverride(), wall));
}

// "; without mh-fallback of the file, which wrr does not know"; empty where nothing is.
std::string flags_note(const ServiceSettings& configured, const ServiceSettings& served) {
  if (configured.flags == served.flags) return {};
  return fmt::format("; without {} of the file, which {} does not know",
                     fmt::join(scheduler_flag_names(configured), ", "), served.scheduler);
}

api::WishView change_view(const VirtualServer& service, const Wish& before, const Wish& after,
                          const api::Moment& wall) {
  const std::string& file = service.settings.scheduler;
  const std::string was = before ? before->value : file;
  const std::string is = after ? after->value : file;
  std::string text = fmt::format("{}: scheduler {} -> {}", id(service), was, is);
  text += after ? fmt::format("; the file says {}", file) : std::string(", as the file says");
  if (after) text += flags_note(service.settings, with_scheduler(service.settings, is));
  if (is_repeated(before, after)) text += repetition_text(*before, *after, wall);
  return {.service = id(service),
          .server = {},
          .before = was,
          .after = is,
          .text = std::move(text),
          .undo = undo_of(id(service), before, after, wall)};
}

void log_wish(const api::Call& call, const Author& by, const api::WishView& view, bool is_refused) {
  log(Level::notice,
      fmt::format("{} by {}{}: {}{}{}", api::path_of(call.action, call.path), by.user,
                  is_refused ? ", refused" : "", view.text, by.reason.empty() ? "" : ": ",
                  by.reason),
      {.kind = EventKind::wish,
       .service = view.service,
       .before = view.before,
       .after = is_refused ? view.before : view.after,
       .reason = by.reason,
       .uid = uid_of(by)});
}

}  // namespace

asio::awaitable<api::Response> Daemon::answer_scheduler(api::Call call, std::size_t pool, Author by,
                                                        Said said) {
  const std::string value = api::word(call.query, "value");
  const Argument& known = scheduler_argument();
  if (call.query.contains("value") && !among(known.choices, value))
    co_return api::response(
        api::bad_request(fmt::format("'{}' is no scheduler; there are: {}", value, text(known))));
  const VirtualServer& service = pools_.config().virtual_servers[pool];
  const Wish before = wish_of(pools_, pool);
  const Wish after = changed(before, value, service, by, said);
  const Time now = std::chrono::steady_clock::now();
  api::WishView view = change_view(service, before, after, wall_clock());
  if (api::is_on(call.query, "dry_run")) {
    Desired then = pools_.with_wish(pool, after, now);
    co_return co_await answer_rehearsal(std::move(then.table), std::move(view));
  }
  const auto keys = pools_.services(pool);
  const Services services(keys.begin(), keys.end());
  if (const auto change = pools_.wish(pool, after, now)) announce(*change);
  // A reload may come between: nothing of the configuration is looked at after this.
  const auto failures = co_await reconciler_.reconcile(services);
  if (!failures.empty() && !co_await is_served_by(services, view.after)) {
    co_await take_back(view.service, after, before);
    log_wish(call, by, view, true);
    co_return api::response(api::refused(fmt::format("{}. Nothing is changed, {} is served by {}",
                                                     failures.front(), view.service, view.before)));
  }
  log_wish(call, by, view, false);
  policy_timer_.cancel();
  co_await save_state();
  if (!failures.empty()) view.text += ". Not in the kernel yet: " + failures.front();
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

// Whether the kernel has all of them, and with that scheduler.
asio::awaitable<bool> Daemon::is_served_by(Services services, std::string scheduler) {
  const auto found = co_await reconciler_.snapshot(services, Duration::zero());
  if (!found) co_return false;
  const Snapshot& table = **found;
  co_return std::all_of(services.begin(), services.end(), [&](const ServiceKey& key) {
    const auto service = table.find(key);
    return service != table.end() && service->second.settings.scheduler == scheduler;
  });
}

// Unless somebody wished something else meanwhile, or the service is gone.
asio::awaitable<void> Daemon::take_back(std::string service,
                                        std::optional<SchedulerOverride> refused,
                                        std::optional<SchedulerOverride> before) {
  const auto named = named_service(pools_.config(), service);
  const auto* const found = std::get_if<const VirtualServer*>(&named);
  if (found == nullptr) co_return;
  const auto pool = static_cast<std::size_t>(*found - pools_.config().virtual_servers.data());
  if (wish_of(pools_, pool) != refused) co_return;
  const Time now = std::chrono::steady_clock::now();
  if (const auto change = pools_.wish(pool, std::move(before), now)) announce(*change);
  const auto keys = pools_.services(pool);
  const Services services(keys.begin(), keys.end());
  (void)co_await reconciler_.reconcile(services);
  co_await save_state();
}

}  // namespace lvsd
