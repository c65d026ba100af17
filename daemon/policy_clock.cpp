// The part of Daemon that moves lib/plan's policy on: timers, counters, and what follows.

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/event_text.h"
#include "daemon/log.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

void Daemon::announce(const PoolChange& change, const Observation* observation) {
  tally_.reset();
  totals_.note(pools_, change.pool, std::chrono::steady_clock::now());
  for (const LogLine& line : observation != nullptr ? event_lines(pools_, change, *observation)
                                                    : event_lines(pools_, change))
    log(line);
  const auto services = pools_.services(change.pool);
  reconciler_.request({services.begin(), services.end()});
  if (applied_) notify(notices_.renew(pools_, change.pool));
  policy_timer_.cancel();
  if (pools_.memory() != remembered_ || not_saved_) save_soon();
}

Time Daemon::next_policy_moment() const {
  Time next = pools_.next_moment().value_or(Time::max());
  if (!pools_.watched().empty()) next = std::min(next, next_counters_);
  if (const auto end = pools_.next_expiry()) {
    // An hour at most: the wall clock may be set meanwhile.
    const auto left = std::clamp<Duration>(*end - wall_clock().at, 0s, 3600s);
    next = std::min(next, std::chrono::steady_clock::now() + left);
  }
  return next;
}

asio::awaitable<void> Daemon::run_policy() {
  for (;;) {
    const Time next = next_policy_moment();
    if (next > std::chrono::steady_clock::now()) {
      policy_timer_.expires_at(next);
      co_await policy_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    const Time now = std::chrono::steady_clock::now();
    for (const PoolChange& change : pools_.pass(now))
      announce(change);
    for (const PoolChange& change : pools_.expire(wall_clock().at, now))
      announce(change);
    if (pools_.watched().empty() || next_counters_ > now) continue;
    // Only where a limit with a backup, or a drain, waits for them. The kernel's own threshold
    // refuses new connections meanwhile, so nothing overshoots.
    co_await read_counters();
    next_counters_ = std::chrono::steady_clock::now() + pools_.config().global.load_interval;
  }
}

// What cannot be read says nothing. A reload meanwhile makes the rest a matter of the next reading.
asio::awaitable<void> Daemon::read_counters() {
  const std::uint64_t generation = generation_;
  const std::set<std::uint32_t> watched = pools_.watched();
  for (const std::uint32_t pool : watched) {
    Snapshot counters;
    bool is_whole = true;
    for (const ServiceKey& key : pools_.services(pool)) {
      auto found = co_await kernel_.dump(key);
      if (generation != generation_) co_return;
      if (!found) is_whole = false;
      if (found && *found) counters.emplace(key, std::move(**found));
    }
    if (!is_whole) continue;
    const Time now = std::chrono::steady_clock::now();
    if (const auto change = pools_.see(pool, counters, now)) announce(*change);
  }
}

void Daemon::save_soon() {
  save_again_ = true;
  if (std::exchange(saving_, true)) return;
  const auto save = [this]() -> asio::awaitable<void> {
    while (std::exchange(save_again_, false))
      co_await save_state();
    saving_ = false;
  };
  asio::co_spawn(loop_, save, asio::detached);
}

}  // namespace lvsd
