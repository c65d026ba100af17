#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>

#include "model/time.h"

namespace lvsd {

// A look at what may be slow to answer, a disk or the kernel. One look at a time, shared by all who
// ask, and nobody waits for it for long. It is good for a hundred times as long as it took, so that
// who asks all the time costs a hundredth of that time.
class SharedLook {
 public:
  // It takes note of what it sees itself.
  using Look = std::function<boost::asio::awaitable<void>()>;
  SharedLook(boost::asio::any_io_executor executor, Look look);

  // Has it looked at unless the last look is good enough or one is under way.
  void begin();
  // The same, and returns when that look is back, or has been away for too long.
  boost::asio::awaitable<void> seen();
  // What was seen, and what a look under way will see, is good for nobody any more.
  void forget();

 private:
  boost::asio::awaitable<void> look_now();

  boost::asio::any_io_executor executor_;
  Look look_;
  boost::asio::steady_timer back_;  // cancelled when a look is back; its time is their patience
  bool is_looking_ = false;
  std::uint32_t forgotten_ = 0;
  Time good_until_ = Time::min();
};

}  // namespace lvsd
