#include "daemon/control_keeper.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/backoff.h"
#include "daemon/log.h"

namespace lvsd {

namespace asio = boost::asio;

ControlKeeper::ControlKeeper(KernelWriter& kernel) : kernel_(kernel) {}

void ControlKeeper::want(const GlobalSettings& settings) {
  WantedControls wanted = wanted_controls(settings, wanted_.owned);
  for (const auto& [role, daemon] : wanted.sync)
    wanted.owned.insert(role);
  wanted_ = std::move(wanted);
  settled_ = false;
  pause_ = {};
  due_ = Time::clock::now();

  const std::string instance =
      settings.sync_daemon ? settings.sync_daemon->vrrp_instance : std::string();
  if (!instance.empty() && instance != followed_instance_)
    log(Level::notice, fmt::format("lvs_sync_daemon follows the VRRP instance {}: it is left to "
                                   "the process that runs VRRP",
                                   instance));
  followed_instance_ = instance;
}

void ControlKeeper::own(const std::set<SyncRole>& roles) {
  wanted_.owned.insert(roles.begin(), roles.end());
}

asio::awaitable<void> ControlKeeper::bring_about() {
  due_ = Time::max();
  const WantedControls wanted = wanted_;  // a reload may come while the kernel is asked
  if (is_empty(wanted)) {
    succeed();
    co_return;
  }
  const auto actual = co_await kernel_.controls();
  if (!actual) co_return fail(text(actual.error()));

  const auto differences = control_drift(*actual, wanted);
  const bool is_drift = settled_;
  if (is_drift)
    for (const std::string& difference : differences)
      log(Level::warning, fmt::format("Drift: {}; changed by someone else, repairing", difference),
          {.kind = EventKind::drift, .reason = difference});
  const ControlPlan plan = diff(*actual, wanted);
  for (const ControlOp& op : plan)
    log(Level::debug, fmt::format("Kernel: {}", text(op)));
  if (!plan.empty()) {
    const auto failures = co_await kernel_.apply(plan);
    if (!failures.empty()) co_return fail(text(failures.front().error));
  }
  if (is_drift) repaired_ += differences.size();
  succeed();
}

void ControlKeeper::fail(const std::string& why) {
  begun_ = true;
  settled_ = false;
  pause_ = longer(pause_);
  due_ = std::min(due_, Time::clock::now() + pause_);
  if (std::exchange(trouble_, why) != why)
    log(Level::error, fmt::format("IPVS is not set up as the file says: {}. Trying again", why),
        {.kind = EventKind::kernel, .reason = why});
}

void ControlKeeper::succeed() {
  begun_ = true;
  if (due_ != Time::max()) return;  // something else is wanted by now
  settled_ = true;
  pause_ = {};
  std::erase_if(wanted_.owned, [this](SyncRole role) { return !wanted_.sync.contains(role); });
  if (std::exchange(trouble_, std::nullopt))
    log(Level::notice, "IPVS is set up as the file says again", {.kind = EventKind::kernel});
}

}  // namespace lvsd
