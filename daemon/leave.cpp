// How lvsd goes, by a signal or because an operator asks for it.

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/die_of.h"
#include "daemon/log.h"
#include "daemon/override_views.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// For those who have an answer under way.
constexpr auto longest_farewell = 1s;

api::WishView shutdown_view(std::optional<std::size_t> cleared) {
  return {.service = {},
          .server = {},
          .before = "running",
          .after = cleared ? "stopped, cleared" : "stopped",
          .text = cleared ? fmt::format("lvsd stops and takes {} service{} out of the kernel",
                                        *cleared, *cleared == 1 ? "" : "s")
                          : "lvsd stops; the kernel's table stays as it is, and traffic goes on",
          .undo = "systemctl start lvsd"};
}

}  // namespace

// Whichever of keepalived's two forms of lvs_flush_on_stop asks for it.
bool Daemon::is_cleared_at_stop() const {
  return applied_ && pools_.config().global.flush_on_stop != FlushOnStop::no;
}

// What is done at the end does not hold it up for long, whatever the kernel and scripts do.
asio::awaitable<std::vector<std::string>> Daemon::take_leave(bool clears) {
  const Time deadline = std::chrono::steady_clock::now() + 4s;
  if (applied_) notify(notices_.farewell(pools_));
  std::vector<std::string> left;
  if (clears)
    left = co_await remove_services(is_cleared_at_stop() ? "lvs_flush_on_stop" : "shutdown");
  else
    log(Level::notice, "Stopping; the kernel's table stays as it is");
  co_await notifier_.finished(deadline);
  co_await mailer_.finished(deadline);
  co_return left;
}

// Ours only. None of them is wanted any more, so no audit brings them back meanwhile.
asio::awaitable<std::vector<std::string>> Daemon::remove_services(std::string_view why) {
  is_clearing_ = true;
  const Services ours = reconciler_.owned();
  log(Level::notice, fmt::format("Stopping; {} services leave the kernel ({})", ours.size(), why));
  // The end does not wait for a kernel that hangs.
  const auto over = std::make_shared<asio::steady_timer>(loop_, 3s);
  const auto left = std::make_shared<std::vector<std::string>>(
      std::vector<std::string>{"the kernel has not answered in time"});
  const auto remove = [this, over, left, ours]() -> asio::awaitable<void> {
    *left = co_await reconciler_.reconcile(ours);
    over->cancel();
  };
  asio::co_spawn(loop_, remove, die_of);
  co_await over->async_wait(asio::as_tuple(asio::use_awaitable));
  if (!left->empty())
    log(Level::error, fmt::format("Services stay in the kernel: {}", left->front()));
  co_return *left;
}

// Once nothing is said any more. Over TCP nobody is waited for.
asio::awaitable<void> Daemon::stop_when_answered() {
  api_->stop(longest_farewell);
  co_await api_->closed();
  stop();
}

asio::awaitable<api::Response> Daemon::answer_shutdown(api::Call call) {
  if (!call.peer.address.empty())
    co_return api::response(
        api::forbidden("lvsd is stopped over its Unix socket alone: nobody could start it again "
                       "from afar"));
  const Author by = co_await author_of(call);
  const bool is_asked_to_clear = api::is_on(call.query, "clear");
  if (is_asked_to_clear && !applied_)
    co_return api::response(api::unavailable("lvsd has not taken over the kernel's table yet"));
  const bool clears = is_asked_to_clear || is_cleared_at_stop();
  const Services ours = reconciler_.owned();
  api::WishView view = shutdown_view(clears ? std::optional(ours.size()) : std::nullopt);
  if (api::is_on(call.query, "dry_run")) {
    Services touched;
    if (clears) touched = ours;
    Table wanted;
    co_return co_await answer_rehearsal(std::move(touched), std::move(wanted), std::move(view));
  }
  if (std::exchange(is_leaving_, true))
    co_return api::response(api::refused("lvsd is stopping already"));
  log(Level::notice,
      fmt::format("{} by {}: {}{}{}", api::path_of(call.action), by.user, view.text,
                  by.reason.empty() ? "" : ": ", by.reason),
      {.kind = EventKind::wish,
       .before = view.before,
       .after = view.after,
       .reason = by.reason,
       .uid = uid_of(by)});
  enter(ServicePhase::stopping);
  const auto left = co_await take_leave(clears);
  asio::co_spawn(loop_, stop_when_answered(), die_of);
  if (!left.empty())
    co_return api::response(
        api::unavailable("lvsd stops, but services stay in the kernel: " + left.front()));
  co_return api::response(api::Head{wall_clock(), generation_}, view);
}

}  // namespace lvsd
