#include "daemon/kept_program.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "daemon/child_process.h"
#include "daemon/script_program.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

struct Kept {
  asio::cancellation_signal cancel;
  bool gone = false;  // nobody wants it any more
};

asio::awaitable<ProgramRun> run_of(asio::any_io_executor executor, Script script,
                                   ScriptRules rules) {
  ProgramRun run;
  const auto program = script_program(script, rules);
  if (!program) {
    run.refusal = text(program.error());
    co_return run;
  }
  auto child = ChildProcess::start(executor, *program);
  if (!child) {
    run.refusal = text(child.error());
    co_return run;
  }
  run.ended = co_await (*child)->ended(Time::max());
  run.output = (*child)->output();
  co_return run;
}

}  // namespace

KeptProgram kept_program(const asio::any_io_executor& executor, const Script& script,
                         const ScriptRules& rules, Over over) {
  const auto kept = std::make_shared<Kept>();
  auto tell = [kept, over = std::move(over)](const std::exception_ptr& failure, ProgramRun run) {
    if (kept->gone) return;
    if (failure) run.refusal = "no memory for it";
    over(run);
  };
  asio::co_spawn(executor, run_of(executor, script, rules),
                 asio::bind_cancellation_slot(kept->cancel.slot(), std::move(tell)));
  const auto end = [kept, executor](void*) {
    kept->gone = true;
    kept->cancel.emit(asio::cancellation_type::terminal);
    // Asked for outside a turn of the loop, Asio cancels in the next one, through this signal.
    asio::post(executor, [kept] {});
  };
  return {static_cast<void*>(kept.get()), end};
}

}  // namespace lvsd
