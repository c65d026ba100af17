#pragma once

// The thread on which alone the kernel's table is read and written, seen from the strand. A call
// into the kernel can block for seconds (a scheduler module is loaded under IPVS's mutex) or for
// ever (the kernel can deadlock there); the loop never waits for it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/kernel.h"
#include "daemon/side_thread.h"
#include "model/time.h"

namespace lvsd {

struct KernelWriterOptions {
  Duration timeout = std::chrono::seconds(10);  // of a call, its wait in the queue included
  std::size_t queue_limit = 64;                 // calls that wait or run
  Duration farewell = std::chrono::seconds(2);  // how long destruction waits for a running call
};

// All members are called on the strand. Calls run one after the other, in the order they were made.
//
// A call that outlives its timeout returns then. If it had not begun it never will
// (`not_attempted`); if it had, its result is dropped when it comes, and what it changes is unknown
// (`no_answer` for questions, `unknown_outcome` for each op of a plan): read again before the next
// change.
class KernelWriter {
 public:
  // Makes the Kernel, on the thread: before the first call, and before each one for as long as it
  // fails. The thread may enter another network namespace for it.
  using Open = std::function<Result<std::unique_ptr<Kernel>>()>;

  // It ends as SideThread does: the calls that wait are dropped, and a thread that does not come
  // back from the kernel in time is left behind.
  KernelWriter(boost::asio::any_io_executor strand, Open open, KernelWriterOptions options = {});

  boost::asio::awaitable<Result<KernelInfo>> info();
  boost::asio::awaitable<Result<Snapshot>> dump();
  boost::asio::awaitable<Result<Table>> stable_table();  // for adoption
  boost::asio::awaitable<Result<std::optional<ServiceSnapshot>>> dump(ServiceKey service);
  boost::asio::awaitable<std::vector<OpFailure>> apply(Plan plan);
  boost::asio::awaitable<std::vector<OpFailure>> apply(std::shared_ptr<const Plan> plan);
  boost::asio::awaitable<Result<Controls>> controls();
  boost::asio::awaitable<std::vector<OpFailure>> apply(ControlPlan plan);

  // Ops and settings that apply() has been given since the start.
  struct Operations {
    std::uint64_t done = 0;
    std::uint64_t refused = 0;  // or not attempted, or of unknown outcome
  };
  const Operations& operations() const { return operations_; }

  // Since when the running call runs; nothing when none does.
  std::optional<Time> busy_since() const;
  // Whether it runs although its caller's timeout is over: the kernel may be deadlocked.
  bool stuck() const;

 private:
  struct Desk;
  template <class T>
  using Work = std::function<Result<T>(Kernel&)>;
  template <class T>
  boost::asio::awaitable<Result<T>> run(Work<T> work);
  template <class AnyPlan>
  boost::asio::awaitable<std::vector<OpFailure>> apply_plan(std::shared_ptr<const AnyPlan> plan);

  boost::asio::any_io_executor strand_;
  KernelWriterOptions options_;
  Operations operations_;
  std::shared_ptr<Desk> desk_;
  SideThread thread_;  // ends first
};

}  // namespace lvsd
