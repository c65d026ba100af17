#include "daemon/probe_script.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/printable.h"
#include "daemon/probe_socket.h"
#include "daemon/script_program.h"
#include "health/script_check.h"

namespace lvsd {

namespace asio = boost::asio;

ScriptSlots::ScriptSlots(asio::any_io_executor executor, std::uint32_t count)
    : count_(count), freed_(executor, Time::max()) {}

ScriptSlots::Place::~Place() {
  if (slots_ == nullptr) return;
  --slots_->taken_;
  slots_->freed_.cancel_one();
}

asio::awaitable<ScriptSlots::Place> ScriptSlots::place() {
  while (taken_ >= count_)
    co_await freed_.async_wait(asio::as_tuple(asio::use_awaitable));
  ++taken_;
  co_return Place(*this);
}

void ScriptSlots::set_count(std::uint32_t count) {
  count_ = count;
  freed_.cancel();
}

namespace {

// The program as it is to be run, or why it may not.
Result<Program> program(const MiscCheck& check, const CheckTarget& target,
                        const ScriptRules& rules) {
  auto program = script_program(check.script, rules);
  if (!program) return program;
  program->environment.push_back("LVSD_ADDRESS=" + text(target.endpoint.address));
  program->environment.push_back("LVSD_PORT=" + std::to_string(target.endpoint.port));
  return program;
}

Observation not_run(const Attempt& attempt, const MiscCheck& check, const Error& error) {
  Observation seen = attempt.observation(
      {CheckResult::process_error, error.code.value(), printable(text(error), 200)});
  if (check.dynamic) seen.weight = WeightWish{};
  return seen;
}

}  // namespace

asio::awaitable<Observation> probe_script(MiscCheck check, CheckTarget target, ScriptRules rules,
                                          ScriptSlots& slots) {
  const auto place = co_await slots.place();
  Attempt attempt;
  const auto wanted = program(check, target, rules);
  if (!wanted) co_return not_run(attempt, check, wanted.error());
  auto child = ChildProcess::start(co_await asio::this_coro::executor, *wanted);
  if (!child)
    co_return attempt.observation(
        {CheckResult::socket_error, child.error().code.value(), text(child.error())});

  const Ended ended = co_await (*child)->ended(attempt.begin() + check.timeout);
  const std::string output = (*child)->output();
  const ScriptWord word = script_word(check, ended, output);
  Observation seen = attempt.observation(word.judgement);
  seen.weight = word.weight;
  seen.output = printable(output, ChildProcess::most_output);
  co_return seen;
}

}  // namespace lvsd
