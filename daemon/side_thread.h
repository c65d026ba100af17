#pragma once

// A thread for calls that can block for ever: a hung disk, a walk of the kernel's tables. The
// strand waits for results, never for the thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "model/time.h"

namespace lvsd {

class SideThread {
 public:
  // `name` as ps(1) shows it, at most 15 characters. `farewell`: how long destruction waits for
  // the call that runs.
  SideThread(boost::asio::any_io_executor strand, const char* name,
             Duration farewell = std::chrono::milliseconds(500));

  // Drops the calls that wait. A thread that does not come back in time is left behind: it touches
  // nothing of the strand's any more, and ends with the process.
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  // The result of work(), which runs on the thread, after what was asked for before. What it throws
  // is thrown here.
  // REQUIRES: called on the strand; `work` owns all it uses, since it may outlive the caller.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
    using Answer = std::invoke_result_t<Work&>;
    const auto waiter = std::make_shared<Waiter<Answer>>(*strand_);
    post([work = std::move(work), home = home(), reply_to = std::weak_ptr(waiter)]() mutable {
      Outcome<Answer> outcome;
      try {
        outcome.answer.emplace(work());
      } catch (...) {
        outcome.failure = std::current_exception();
      }
      const auto strand = home.lock();
      if (!strand) return;
      boost::asio::post(*strand, [reply_to, outcome = std::move(outcome)]() mutable {
        const auto waiting = reply_to.lock();
        if (!waiting) return;
        waiting->outcome = std::move(outcome);
        waiting->answered.cancel();
      });
    });
    Outcome<Answer>& outcome = waiter->outcome;
    while (!outcome.answer && !outcome.failure)
      co_await waiter->answered.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    co_return std::move(*outcome.answer);
  }

  // Runs `work` on the thread, after what was asked for before, and does not wait for it.
  // REQUIRES: `work` owns all it uses and throws nothing.
  void post(std::function<void()> work);
  // The way back to the strand for what is posted; expired once this is gone.
  std::weak_ptr<const boost::asio::any_io_executor> home() const { return strand_; }

 private:
  // One of the two, once it is there.
  template <class Answer>
  struct Outcome {
    std::optional<Answer> answer;
    std::exception_ptr failure;
  };
  // The strand's side of a call. Only the caller's coroutine owns it: its timer belongs to the
  // strand's loop and must not end on the other thread.
  template <class Answer>
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& strand) : answered(strand, Time::max()) {}
    boost::asio::steady_timer answered;  // cancelled when the answer is there
    Outcome<Answer> outcome;
  };
  struct Thread;

  std::shared_ptr<const boost::asio::any_io_executor> strand_;  // the thread's calls hold it weakly
  Duration farewell_;
  std::shared_ptr<Thread> thread_;
};

}  // namespace lvsd
