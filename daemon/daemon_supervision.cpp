// The part of Daemon that says whether lvsd is alive and ready, to its supervisor and to whoever
// asks.

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/log.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// A service that the kernel refuses is no reason to keep whoever waits for the others: a boot, or
// the installation of a package. After that long lvsd is ready and its status says what is missing.
constexpr auto longest_start = 30s;

std::chrono::seconds age(Time since) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since);
}

}  // namespace

api::ReadinessView Daemon::readiness() const {
  api::ReadinessView view;
  if (!applied_) view.reasons.push_back("the configuration has not reached the kernel yet");
  if (!reconciler_.controls().begun())
    view.reasons.push_back("lvs_timeouts and the sync daemon have not reached the kernel yet");
  if (reconciler_.trouble()) view.reasons.push_back(text(*reconciler_.trouble()));
  if (reconciler_.failing() != 0)
    view.reasons.push_back(
        fmt::format("{} services are not in the kernel as wanted", reconciler_.failing()));
  view.ready = view.reasons.empty();
  view.warnings = untuned_;
  for (std::string& why : listener_troubles())
    view.warnings.push_back(std::move(why));
  return view;
}

// That this runs shows that the loop does.
api::ReadinessView Daemon::liveness(Duration patience) const {
  api::ReadinessView view;
  const Time long_ago = std::chrono::steady_clock::now() - patience;
  if (const auto since = kernel_.busy_since(); since && *since < long_ago)
    view.reasons.push_back(fmt::format("the kernel has not answered for {}", age(*since)));
  if (const auto since = checker_->silent_since(); since && *since < long_ago)
    view.reasons.push_back(fmt::format("checks have not been run for {}", age(*since)));
  view.ready = view.reasons.empty();
  return view;
}

std::string Daemon::service_status() {
  switch (phase_) {
    case ServicePhase::starting:
    case ServicePhase::ready:
      break;
    case ServicePhase::reloading:
      return "Reloading " + options_.config_file;
    case ServicePhase::stopping:
      return "Stopping";
  }
  if (!tally_) tally_ = tally(pools_);
  std::string status = fmt::format("{}, generation {}", text(*tally_), generation_);
  for (const std::string& reason : readiness().reasons)
    status += "; " + reason;
  return status;
}

void Daemon::enter(ServicePhase phase) {
  phase_ = phase;
  supervisor_.note({phase, service_status()}, std::chrono::steady_clock::now());
}

void Daemon::find_supervisor() {
  if (auto found = Supervisor::open(options_.supervisor))
    supervisor_ = std::move(*found);
  else
    log(Level::warning, text(found.error()));
}

asio::awaitable<void> Daemon::report_to_supervisor() {
  if (options_.supervisor.socket.empty()) co_return;
  const Duration watchdog = options_.supervisor.watchdog;
  const bool is_watched = watchdog != Duration::zero();
  const Duration interval = is_watched ? std::min<Duration>(1s, watchdog / 3) : Duration(1s);
  const Time begun = std::chrono::steady_clock::now();
  Time next_feed = begun;
  asio::steady_timer pause(loop_);
  for (;;) {
    const Time now = std::chrono::steady_clock::now();
    const bool may_be_ready = readiness().ready || now - begun > longest_start;
    enter(phase_ == ServicePhase::starting && may_be_ready ? ServicePhase::ready : phase_);
    if (is_watched && now >= next_feed && liveness(watchdog / 2).ready) {
      supervisor_.feed_watchdog();
      next_feed = now + watchdog / 3;
    }
    pause.expires_after(interval);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace lvsd
