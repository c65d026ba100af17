// What the API answers of the kernel's own content, ours or not.

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <set>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/filtered.h"
#include "daemon/kernel_views.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// The body of a large table takes longer to write than the loop may stand still.
asio::awaitable<api::Response> Daemon::answer_kernel_table() {
  const auto read = co_await reconciler_.snapshot(0s);
  if (!read) co_return api::response(api::unavailable(text(read.error())));
  if (!kernel_info_) co_return api::response(api::unavailable("the kernel has not been asked yet"));
  auto write_it = [snapshot = *read, info = *kernel_info_, ours = pools_.services(),
                   head = api::Head{wall_clock(), generation_}] {
    return api::response(head, kernel_table_view(info, *snapshot, ours));
  };
  co_return co_await files_.run(std::move(write_it));
}

// A part of the services a turn of the loop, and written elsewhere, as above.
asio::awaitable<api::Response> Daemon::answer_wanted_table() {
  constexpr std::size_t at_once = 64;
  if (!kernel_info_) co_return api::response(api::unavailable("the kernel has not been asked yet"));
  Table wanted;
  std::set<ServiceKey> some;
  const std::set<ServiceKey> ours = pools_.services();
  for (const ServiceKey& key : ours) {
    some.insert(key);
    if (some.size() < at_once) continue;
    wanted.merge(pools_.wanted(std::exchange(some, {})));
    co_await asio::post(loop_, asio::use_awaitable);
  }
  wanted.merge(pools_.wanted(some));
  auto write_it = [wanted = std::move(wanted), info = *kernel_info_,
                   head = api::Head{wall_clock(), generation_}] {
    return api::response(head, wanted_table_view(info, wanted));
  };
  co_return co_await files_.run(std::move(write_it));
}

asio::awaitable<api::Response> Daemon::answer_kernel_controls() {
  const auto controls = co_await kernel_.controls();
  if (!controls) co_return api::response(api::unavailable(text(controls.error())));
  co_return api::response(api::Head{wall_clock(), generation_}, kernel_controls_view(*controls));
}

asio::awaitable<api::Response> Daemon::answer_drift(api::Call call) {
  if (call.action == api::Action::repair_drift && !api::is_on(call.query, "dry_run"))
    co_await reconciler_.audit_now();
  const auto found = co_await reconciler_.look();
  if (!found) co_return api::response(api::unavailable(text(found.error())));
  const auto fights = reconciler_.fights();
  std::vector<api::DriftEntryView> views;
  for (const Drift& drift : *found) {
    const bool fought = std::find(fights.begin(), fights.end(), entry_text(drift)) != fights.end();
    views.push_back(drift_entry_view(drift, fought));
  }
  const auto everything = co_await reconciler_.snapshot(fresh_counters);
  if (everything) {
    const auto ours = pools_.services();
    for (const auto& [key, service] : **everything)
      if (!ours.contains(key) && !reconciler_.owned().contains(key))
        views.push_back(foreign_view(key, service));
  }
  co_return filtered(api::Head{wall_clock(), generation_}, std::move(views), call);
}

}  // namespace lvsd
