#include "daemon/kernel_writer.h"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/kernel_error.h"
#include "daemon/stable_table.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

// Of a call, on the thread; the strand abandons what has not begun in time.
enum class Progress : std::uint8_t { waiting, abandoned, begun, done };
using SharedProgress = std::shared_ptr<std::atomic<Progress>>;

// The strand's side of a call. Only the caller's coroutine owns it: it holds a timer of the
// strand's loop, which must not end on the other thread.
template <class T>
struct Waiter {
  explicit Waiter(const asio::any_io_executor& strand) : answered(strand) {}

  asio::steady_timer answered;  // cancelled when the result is there
  std::optional<Result<T>> result;
};

template <class AnyPlan>
std::vector<OpFailure> failed(const AnyPlan& plan, const Error& error) {
  std::vector<OpFailure> failures;
  for (std::size_t i = 0; i < plan.size(); ++i)
    failures.push_back({i, within(text(plan[i]), error)});
  return failures;
}

}  // namespace

// What calls share. The one that runs keeps it when the thread is left behind.
struct KernelWriter::Desk {
  explicit Desk(Open how) : open(std::move(how)) {}

  std::atomic<std::size_t> calls{0};     // that wait or run
  std::atomic<Time::rep> busy_since{0};  // 0: idle

  // Used on the strand only.
  SharedProgress overdue;  // of the last call that ran longer than its timeout

  // Used on the thread only.
  Open open;
  std::unique_ptr<Kernel> kernel;

  template <class T>
  Result<T> result_of(const Work<T>& work) {
    if (!kernel) {
      auto opened = open();
      if (!opened) return opened.error();
      kernel = std::move(*opened);
    }
    return work(*kernel);
  }

  // The result, unless the call was abandoned.
  template <class T>
  std::optional<Result<T>> result_of(const Work<T>& work, std::atomic<Progress>& progress) {
    std::optional<Result<T>> result;
    auto expected = Progress::waiting;
    if (progress.compare_exchange_strong(expected, Progress::begun)) {
      busy_since = Time::clock::now().time_since_epoch().count();
      result = result_of(work);
      busy_since = 0;
      progress = Progress::done;
    }
    --calls;
    return result;
  }
};

KernelWriter::KernelWriter(asio::any_io_executor strand, Open open, KernelWriterOptions options)
    : strand_(strand),
      options_(options),
      desk_(std::make_shared<Desk>(std::move(open))),
      thread_(std::move(strand), "lvsd-kernel", options.farewell) {}

template <class T>
asio::awaitable<Result<T>> KernelWriter::run(Work<T> work) {
  if (desk_->calls >= options_.queue_limit) co_return Error{kernel_errc::busy, {}};
  ++desk_->calls;

  const auto desk = desk_;  // this may be gone when the coroutine goes on
  const auto waiter = std::make_shared<Waiter<T>>(strand_);
  const SharedProgress progress = std::make_shared<std::atomic<Progress>>(Progress::waiting);
  thread_.post([desk, work = std::move(work), progress, home = thread_.home(),
                reply_to = std::weak_ptr(waiter)] {
    auto result = desk->result_of(work, *progress);
    const auto strand = home.lock();
    if (!strand || !result) return;
    asio::post(*strand, [reply_to, result = std::move(*result)]() mutable {
      if (const auto waiting = reply_to.lock()) {
        waiting->result = std::move(result);
        waiting->answered.cancel();
      }
    });
  });

  waiter->answered.expires_after(options_.timeout);
  co_await waiter->answered.async_wait(asio::as_tuple(asio::use_awaitable));
  if (waiter->result) co_return std::move(*waiter->result);
  auto expected = Progress::waiting;
  const Error error{kernel_errc::not_attempted, "waiting for the kernel writer"};
  if (progress->compare_exchange_strong(expected, Progress::abandoned)) co_return error;
  desk->overdue = progress;
  co_return Error{kernel_errc::no_answer, error.context};
}

// The work has a name in each of these: g++ 12 ends the temporary twice when a lambda becomes a
// std::function within the operand of co_await.
asio::awaitable<Result<KernelInfo>> KernelWriter::info() {
  const Work<KernelInfo> ask = [](Kernel& kernel) { return kernel.info(); };
  co_return co_await run(ask);
}

asio::awaitable<Result<Snapshot>> KernelWriter::dump() {
  const Work<Snapshot> ask = [](Kernel& kernel) { return kernel.dump(); };
  co_return co_await run(ask);
}

asio::awaitable<Result<Table>> KernelWriter::stable_table() {
  const Work<Table> ask = [](Kernel& kernel) { return lvsd::stable_table(kernel); };
  co_return co_await run(ask);
}

asio::awaitable<Result<std::optional<ServiceSnapshot>>> KernelWriter::dump(ServiceKey service) {
  const Work<std::optional<ServiceSnapshot>> ask = [service](Kernel& kernel) {
    return kernel.dump(service);
  };
  co_return co_await run(ask);
}

asio::awaitable<Result<Controls>> KernelWriter::controls() {
  const Work<Controls> ask = [](Kernel& kernel) { return kernel.controls(); };
  co_return co_await run(ask);
}

asio::awaitable<std::vector<OpFailure>> KernelWriter::apply(Plan plan) {
  return apply_plan(std::make_shared<const Plan>(std::move(plan)));
}

asio::awaitable<std::vector<OpFailure>> KernelWriter::apply(std::shared_ptr<const Plan> plan) {
  return apply_plan(std::move(plan));
}

asio::awaitable<std::vector<OpFailure>> KernelWriter::apply(ControlPlan plan) {
  return apply_plan(std::make_shared<const ControlPlan>(std::move(plan)));
}

template <class AnyPlan>
asio::awaitable<std::vector<OpFailure>> KernelWriter::apply_plan(
    std::shared_ptr<const AnyPlan> plan) {
  const Work<std::vector<OpFailure>> change =
      [plan](Kernel& kernel) -> Result<std::vector<OpFailure>> { return kernel.apply(*plan); };
  auto failures = co_await run(change);
  const std::size_t refused = failures ? failures->size() : plan->size();
  operations_.refused += refused;
  operations_.done += plan->size() - refused;
  if (failures) co_return std::move(*failures);
  Error error = failures.error();
  if (error.code == kernel_errc::no_answer) error.code = kernel_errc::unknown_outcome;
  co_return failed(*plan, error);
}

std::optional<Time> KernelWriter::busy_since() const {
  const Time::rep since = desk_->busy_since;
  if (since == 0) return std::nullopt;
  return Time(Time::duration(since));
}

bool KernelWriter::stuck() const {
  return desk_->overdue && *desk_->overdue == Progress::begun;
}

}  // namespace lvsd
