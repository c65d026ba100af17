#include "daemon/probe_runner.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <chrono>
#include <exception>
#include <utility>

#include "daemon/child_process.h"
#include "daemon/ready_probe.h"
#include "daemon/script_program.h"
#include "health/observe.h"
#include "health/schedule.h"

namespace lvsd {

namespace asio = boost::asio;

// A check that is under way.
struct ProbeRunner::Run : std::enable_shared_from_this<Run> {
  Run(std::shared_ptr<ProbeKit> its_kit, Task& its_task)
      : kit(std::move(its_kit)), task(its_task) {}

  const std::shared_ptr<ProbeKit> kit;  // outlives the runner until the last run is over
  Task& task;
  Tasks::node_type stopped;  // the task, when it is not the runner's any more
  asio::cancellation_signal cancel;
};

namespace {

// An exception other than our own cancellation is a lack of ours (memory): it tells nothing of the
// server, and the next run comes all the same.
asio::awaitable<Observation> seen_by(ReadyProbe& probe, const Check& check, ProbeKit& kit) {
  try {
    co_return co_await probe.run(check, kit);
  } catch (const std::exception& failure) {
    co_return Observation{.result = CheckResult::socket_error,
                          .text = failure.what(),
                          .at = std::chrono::steady_clock::now()};
  }
}

}  // namespace

ProbeRunner::ProbeRunner(asio::any_io_executor strand, Tell tell)
    : strand_(std::move(strand)),
      tell_(std::move(tell)),
      kit_(std::make_shared<ProbeKit>(strand_)),
      slots_(std::make_shared<ScriptSlots>(strand_, most_programs)),
      timer_(strand_) {}

ProbeRunner::~ProbeRunner() {
  while (!tasks_.empty())
    stop(tasks_.begin()->first);
}

void ProbeRunner::start(CheckId id, const Check& check, const CheckHealth& health,
                        const Timing& timing) {
  assert(!tasks_.contains(id));
  Task& task = tasks_[id];
  task.id = id;
  task.check = check;
  task.health = health;
  task.phase = timing.phase;
  task.probe = ready_probe(task.check, *kit_, [id, runner = std::weak_ptr(self_)] {
    if (const auto self = runner.lock()) (*self)->hurry(id);
  });
  wait(task, task.probe->next_run(timing.due));
}

void ProbeRunner::stop(CheckId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  wait_no_more(found->second);
  auto task = tasks_.extract(found);
  if (task.mapped().run == nullptr) return;
  const auto run = task.mapped().run->shared_from_this();
  // Its last wait may be over already and about to go on: this stops that, the signal the rest.
  run->stopped = std::move(task);
  run->cancel.emit(asio::cancellation_type::terminal);
  // Asked for outside a turn of the loop, Asio cancels in the next one, through this signal.
  asio::post(strand_, [run] {});
}

// What is under way will be as new as a run that began now.
void ProbeRunner::hurry(CheckId id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.run != nullptr) return;
  wait(found->second, std::chrono::steady_clock::now());
}

// ---- the times of the checks

void ProbeRunner::wait(Task& task, Time due) {
  wait_no_more(task);
  if (due == Time::max()) return;
  task.due = due;
  due_.insert(task);
  wait_for_first();
}

void ProbeRunner::wait_no_more(Task& task) {
  if (task.is_linked()) due_.erase(due_.iterator_to(task));
}

void ProbeRunner::wait_for_first() {
  // One that comes to nothing, since its check was stopped, is let be.
  if (due_.empty() || due_.begin()->due >= waited_for_) return;
  waited_for_ = due_.begin()->due;
  timer_.expires_at(waited_for_);
  timer_.async_wait([runner = std::weak_ptr(self_)](const boost::system::error_code& cancelled) {
    const auto self = runner.lock();
    if (self && !cancelled) (*self)->begin_due();
  });
}

void ProbeRunner::begin_due() {
  const Time now = std::chrono::steady_clock::now();
  while (!due_.empty() && due_.begin()->due <= now)
    begin(*due_.begin());
  waited_for_ = Time::max();
  wait_for_first();
}

void ProbeRunner::begin(Task& task) {
  wait_no_more(task);
  const auto run = std::make_shared<Run>(kit_, task);
  task.run = run.get();
  // The signal has to outlive the coroutine that listens to it, so the last owner is what runs
  // after the coroutine's end. A check that ends by itself would be one that silently never runs
  // again.
  auto ended = [this, run](const std::exception_ptr& failure, const Observation& seen) {
    if (run->stopped) return;  // and this may be gone
    run->task.run = nullptr;
    if (failure) std::rethrow_exception(failure);
    take(run->task, seen);
  };
  asio::co_spawn(strand_, seen_by(*task.probe, task.check, *kit_),
                 asio::bind_cancellation_slot(run->cancel.slot(), std::move(ended)));
}

void ProbeRunner::take(Task& task, const Observation& seen) {
  const CheckPolicy& policy = task.check.settings->policy;
  const CheckHealth before = std::exchange(task.health, observe(task.health, policy, seen));
  const bool hurries = task.probe->learn(before, task.health);
  const Time due = hurries ? seen.at : next_check(task.health, policy, task.phase, seen.at);
  wait(task, task.probe->next_run(due));
  tell_(task.id, seen, is_repetition(before, task.health));
}

namespace {

asio::awaitable<ProgramRun> run_of(std::shared_ptr<ScriptSlots> slots, Script script,
                                   ScriptRules rules, Duration limit) {
  const auto place = co_await slots->place();
  ProgramRun out;
  const auto program = script_program(script, rules);
  if (!program) {
    out.refusal = text(program.error());
    co_return out;
  }
  auto child = ChildProcess::start(co_await asio::this_coro::executor, *program);
  if (!child) {
    out.refusal = text(child.error());
    co_return out;
  }
  out.ended = co_await (*child)->ended(std::chrono::steady_clock::now() + limit);
  out.output = (*child)->output();
  co_return out;
}

}  // namespace

void ProbeRunner::run_program(const Script& script, Duration limit, Over over) {
  auto tell = [over = std::move(over), runner = std::weak_ptr(self_)](
                  const std::exception_ptr& failure, ProgramRun run) {
    if (failure) run.refusal = "no memory for it";
    if (!runner.expired()) over(run);
  };
  asio::co_spawn(strand_, run_of(slots_, script, kit_->settings().scripts, limit), std::move(tell));
}

std::unique_ptr<CheckRunner> probing_here(asio::any_io_executor executor,
                                          CheckRunner::Report report) {
  return std::make_unique<ProbeRunner>(
      std::move(executor), [report = std::move(report)](CheckId id, const Observation& seen, bool) {
        report(id, seen);
      });
}

}  // namespace lvsd
