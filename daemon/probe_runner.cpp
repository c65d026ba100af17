#include "daemon/probe_runner.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
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

struct ProbeRunner::Run {
  Run(CheckId its_id, Check its_check, CheckHealth its_health, const Timing& its_timing,
      std::shared_ptr<ProbeKit> its_kit, const asio::any_io_executor& executor)
      : id(its_id),
        check(std::move(its_check)),
        health(std::move(its_health)),
        timing(its_timing),
        kit(std::move(its_kit)),
        probe(ready_probe(check, *kit)),
        timer(executor) {}

  const CheckId id;
  const Check check;
  CheckHealth health;
  Timing timing;
  const std::shared_ptr<ProbeKit> kit;  // outlives the runner until the last wait is over
  const std::unique_ptr<ReadyProbe> probe;
  asio::steady_timer timer;
  bool stopped = false;
  asio::cancellation_signal cancel;
};

namespace {

// An exception other than our own cancellation is a lack of ours (memory): it tells nothing of the
// server, and the next run comes all the same.
asio::awaitable<Observation> seen_by(ReadyProbe& probe) {
  try {
    co_return co_await probe.run();
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
      slots_(std::make_shared<ScriptSlots>(strand_, most_programs)) {}

ProbeRunner::~ProbeRunner() {
  while (!runs_.empty())
    stop(runs_.begin()->first);
}

void ProbeRunner::start(CheckId id, const Check& check, const CheckHealth& health,
                        const Timing& timing) {
  assert(!runs_.contains(id));
  const auto started = std::make_shared<Run>(id, check, health, timing, kit_, strand_);
  runs_.emplace(id, started);
  // The signal has to outlive the coroutine that listens to it, so the last owner is what runs
  // after the coroutine's end. A check that ends by itself would be one that silently never runs
  // again.
  const auto ended = [started](const std::exception_ptr& failure) {
    if (failure && !started->stopped) std::rethrow_exception(failure);
  };
  asio::co_spawn(strand_, run(started),
                 asio::bind_cancellation_slot(started->cancel.slot(), ended));
}

void ProbeRunner::stop(CheckId id) {
  const auto found = runs_.find(id);
  if (found == runs_.end()) return;
  const auto run = std::move(found->second);
  runs_.erase(found);
  // Its last wait may be over already and about to go on: the flag stops that, the signal the rest.
  run->stopped = true;
  run->cancel.emit(asio::cancellation_type::terminal);
  // Asked for outside a turn of the loop, Asio cancels in the next one, through this signal.
  asio::post(strand_, [run] {});
}

void ProbeRunner::hurry(CheckId id) {
  const auto found = runs_.find(id);
  if (found != runs_.end()) found->second->probe->wake(found->second->timer);
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

asio::awaitable<void> ProbeRunner::run(std::shared_ptr<Run> run) {
  if (run->stopped) co_return;
  const CheckPolicy& policy = run->check.settings->policy;
  Time due = run->timing.due;
  while (!run->stopped) {
    co_await run->probe->wait(run->timer, due);
    if (run->stopped) co_return;
    const Observation seen = co_await seen_by(*run->probe);
    if (run->stopped) co_return;
    const CheckHealth before = std::exchange(run->health, observe(run->health, policy, seen));
    const bool hurries = run->probe->learn(before, run->health);
    due = hurries ? seen.at : next_check(run->health, policy, run->timing.phase, seen.at);
    tell_(run->id, seen, is_repetition(before, run->health));
  }
}

}  // namespace lvsd
