#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "base/unique_fd.h"
#include "model/health.h"

// Descriptors that are waited for once or a few times and closed, as the socket of a check is. With
// Asio's own each costs three calls of the kernel more (FIONBIO, one interest more and its removal)
// and a handler more. Here a loop watches one epoll of its own, and a wait is the wait for its
// deadline that readiness ends early.

namespace lvsd {

class TimedDescriptor;

// The epoll of a loop. One a loop, made when the first descriptor needs it.
class Readiness : public boost::asio::execution_context::service {
 public:
  static boost::asio::execution_context::id id;

  // Throws std::system_error where the kernel has no descriptor left.
  explicit Readiness(boost::asio::execution_context& context);

  // Wakes `waiter` once, when its descriptor is ready for `events` (EPOLLIN, EPOLLOUT) or has
  // failed. Returns errno, or 0.
  int await(TimedDescriptor& waiter, std::uint32_t events);
  // It does not wait any more.
  void forget(const TimedDescriptor& waiter);

 private:
  void shutdown() noexcept override;
  void listen();
  void wake_ready();

  boost::asio::posix::stream_descriptor epoll_;
  std::size_t waiters_ = 0;
  bool is_listening_ = false;
};

// A descriptor that is waited for until one deadline, which is the deadline of the whole probe:
// slow servers cannot stretch it step by step. Cancelling the coroutine ends a wait as expired.
class TimedDescriptor {
 public:
  TimedDescriptor(const boost::asio::any_io_executor& executor, UniqueFd fd, Time deadline);
  ~TimedDescriptor();
  TimedDescriptor(const TimedDescriptor&) = delete;
  TimedDescriptor& operator=(const TimedDescriptor&) = delete;

  int fd() const { return fd_.get(); }
  // False: the deadline has passed.
  boost::asio::awaitable<bool> readable();
  boost::asio::awaitable<bool> writable();
  // Whether the last wait ended because the descriptor failed; the socket says how (SO_ERROR).
  bool has_failed() const;

 private:
  friend class Readiness;
  boost::asio::awaitable<bool> ready(std::uint32_t events);

  Readiness& readiness_;
  UniqueFd fd_;
  boost::asio::steady_timer deadline_;
  std::uint32_t happened_ = 0;
  bool is_known_ = false;  // to the epoll
  bool is_waiting_ = false;
};

}  // namespace lvsd
