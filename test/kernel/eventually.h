#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace lvsd::testing {

// Whether `condition` became true before `limit` was over. The only way tests wait for something:
// REQUIRE(eventually(3s, [&] { return …; })).
template <std::predicate Condition>
bool eventually(std::chrono::milliseconds limit, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Whether `condition` was true all the time, looked at every 10 ms.
template <std::predicate Condition>
bool always(std::chrono::milliseconds duration, Condition condition) {
  return !eventually(duration, [&] { return !condition(); });
}

}  // namespace lvsd::testing
