#include "daemon/loop_watch.h"

#include <time.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <numeric>
#include <thread>

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

// A loop that does something once.
api::LoopSample watched(const std::function<void()>& work) {
  boost::asio::io_context loop(1);
  LoopWatch watch;
  boost::asio::steady_timer timer(loop, 1ms);
  timer.async_wait([&](auto) { work(); });
  loop.run();
  // Asio's loop ends with its work and looks for nothing more: one more turn shows how long it was.
  loop.restart();
  timer.expires_after(0ms);
  timer.async_wait([](auto) {});
  loop.run();
  return watch.sample();
}

// Of those that were longer than 20 ms.
std::uint64_t long_ones(const api::DurationHistogram& holds) {
  const auto* const bound = std::find(holds.bounds.begin(), holds.bounds.end(), 0.02);
  return std::accumulate(holds.counts.begin() + (bound - holds.bounds.begin()) + 1,
                         holds.counts.end(), std::uint64_t{0});
}

std::chrono::nanoseconds cpu_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

TEST_CASE("work that takes CPU time holds the loop in both times") {
  const auto sample = watched([] {
    for (const auto end = cpu_time() + 25ms; cpu_time() < end;) {
    }
  });
  CHECK(long_ones(sample.holds) >= 1);
  CHECK(long_ones(sample.holds_cpu) >= 1);
}

TEST_CASE("a call that blocks holds the loop without CPU time") {
  const auto sample = watched([] { std::this_thread::sleep_for(25ms); });
  CHECK(long_ones(sample.holds) >= 1);
  CHECK(long_ones(sample.holds_cpu) == 0);
}

TEST_CASE("a loop that waits is not held") {
  boost::asio::io_context loop(1);
  LoopWatch watch;
  boost::asio::steady_timer timer(loop, 25ms);
  timer.async_wait([](auto) {});
  loop.run();
  CHECK(long_ones(watch.sample().holds_cpu) == 0);
  CHECK(std::accumulate(watch.sample().holds.counts.begin(), watch.sample().holds.counts.end(),
                        std::uint64_t{0}) > 0);
}
