#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace lvsd::test {

// Runs the loop until that holds; false if it does not within `limit`.
inline bool until(boost::asio::io_context& loop, const std::function<bool()>& holds,
                  std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  using Clock = std::chrono::steady_clock;
  for (const auto deadline = Clock::now() + limit; Clock::now() < deadline;) {
    if (holds()) return true;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(5));
  }
  return holds();
}

}  // namespace lvsd::test
