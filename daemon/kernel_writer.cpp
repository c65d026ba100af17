#include "daemon/kernel_writer.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <thread>

#include "daemon/kernel_error.h"
#include "daemon/stable_dump.h"

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

// The signals of the process are the loop's.
std::thread deaf_thread(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

template <class AnyPlan>
std::vector<OpFailure> failed(const AnyPlan& plan, const Error& error) {
  std::vector<OpFailure> failures;
  for (std::size_t i = 0; i < plan.size(); ++i)
    failures.push_back({i, within(text(plan[i]), error)});
  return failures;
}

}  // namespace

// What the thread uses. It outlives the writer when the thread is left behind.
struct KernelWriter::Thread {
  explicit Thread(Open how) : open(std::move(how)) {}

  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep_running{loop.get_executor()};
  std::weak_ptr<asio::any_io_executor> home;  // the way back; expired once the writer is gone
  std::atomic<std::size_t> calls{0};          // that wait or run
  std::atomic<Time::rep> busy_since{0};       // 0: idle
  std::promise<void> ended;
  std::thread thread;

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
};

KernelWriter::KernelWriter(asio::any_io_executor strand, Open open, KernelWriterOptions options)
    : strand_(std::make_shared<asio::any_io_executor>(std::move(strand))),
      options_(options),
      thread_(std::make_shared<Thread>(std::move(open))) {
  thread_->home = strand_;
  thread_->thread = deaf_thread([thread = thread_] {
    pthread_setname_np(pthread_self(), "lvsd-kernel");
    thread->loop.run();
    thread->kernel.reset();
    thread->ended.set_value();
  });
}

KernelWriter::~KernelWriter() {
  // After this the thread finds no way back; if it is posting a result just now, that takes
  // microseconds.
  strand_.reset();
  while (!thread_->home.expired())
    std::this_thread::yield();

  thread_->loop.stop();
  if (thread_->ended.get_future().wait_for(options_.farewell) == std::future_status::ready)
    thread_->thread.join();
  else
    thread_->thread.detach();
}

template <class T>
asio::awaitable<Result<T>> KernelWriter::run(Work<T> work) {
  if (thread_->calls >= options_.queue_limit) co_return Error{kernel_errc::busy, {}};
  ++thread_->calls;

  const auto shared = thread_;  // this may be gone when the coroutine goes on
  const auto waiter = std::make_shared<Waiter<T>>(*strand_);
  const SharedProgress progress = std::make_shared<std::atomic<Progress>>(Progress::waiting);
  // By address: the loop that holds this is the Thread's own.
  asio::post(thread_->loop, [thread = thread_.get(), work = std::move(work), progress,
                             reply_to = std::weak_ptr(waiter)] {
    auto expected = Progress::waiting;
    std::optional<Result<T>> result;
    if (progress->compare_exchange_strong(expected, Progress::begun)) {
      thread->busy_since = Time::clock::now().time_since_epoch().count();
      result = thread->result_of(work);
      thread->busy_since = 0;
      *progress = Progress::done;
    }
    --thread->calls;
    const auto home = thread->home.lock();
    if (!home || !result) return;
    asio::post(*home, [reply_to, result = std::move(*result)]() mutable {
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
  shared->overdue = progress;
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

asio::awaitable<Result<Snapshot>> KernelWriter::dump_stable() {
  const Work<Snapshot> ask = [](Kernel& kernel) { return stable_dump(kernel); };
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
  return apply_plan(std::move(plan));
}

asio::awaitable<std::vector<OpFailure>> KernelWriter::apply(ControlPlan plan) {
  return apply_plan(std::move(plan));
}

template <class AnyPlan>
asio::awaitable<std::vector<OpFailure>> KernelWriter::apply_plan(AnyPlan plan) {
  const auto shared = std::make_shared<const AnyPlan>(std::move(plan));
  const Work<std::vector<OpFailure>> change =
      [shared](Kernel& kernel) -> Result<std::vector<OpFailure>> { return kernel.apply(*shared); };
  auto failures = co_await run(change);
  if (failures) co_return std::move(*failures);
  Error error = failures.error();
  if (error.code == kernel_errc::no_answer) error.code = kernel_errc::unknown_outcome;
  co_return failed(*shared, error);
}

std::optional<Time> KernelWriter::busy_since() const {
  const Time::rep since = thread_->busy_since;
  if (since == 0) return std::nullopt;
  return Time(Time::duration(since));
}

bool KernelWriter::stuck() const {
  return thread_->overdue && *thread_->overdue == Progress::begun;
}

}  // namespace lvsd
