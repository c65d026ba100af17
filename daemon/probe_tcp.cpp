#include "daemon/probe_tcp.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/printable.h"
#include "daemon/probe_stream.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_answer = 16 * 1024;

Judgement unexpected(const Step& step, const std::string& answer) {
  switch (stop_of(step)) {
    case Stop::expired:
      return {CheckResult::l7_timeout, 0,
              answer.empty() ? "no answer" : "not the expected answer: " + printable(answer, 60)};
    case Stop::closed:
      return {CheckResult::l7_response, 0,
              answer.empty() ? "closed without an answer"
                             : "not the expected answer: " + printable(answer, 60)};
    case Stop::failed:
      break;
  }
  return {CheckResult::l7_response, step.error, std::strerror(step.error)};
}

asio::awaitable<Judgement> answered(ProbeSocket& socket, const TcpCheck& check,
                                    const Pattern& expected) {
  const Step sent = co_await socket.send(check.send);
  if (!sent.is_done()) co_return unexpected(sent, {});
  if (check.expect.empty()) co_return Judgement{CheckResult::l7_ok, 0, {}};

  std::string answer;
  std::array<char, 2048> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (!step.is_done()) co_return unexpected(step, answer);
    answer.append(room.data(), step.bytes);
    if (expected.matches(answer)) co_return Judgement{CheckResult::l7_ok, 0, printable(answer)};
    if (answer.size() >= most_answer)
      co_return Judgement{CheckResult::l7_response, 0,
                          "not the expected answer: " + printable(answer, 60)};
  }
}

}  // namespace

// The commonest check, and all of it is the connection: no talk, and no time of its own for that.
asio::awaitable<Observation> probe_tcp(CheckTarget target, Duration timeout) {
  Attempt attempt;
  ProbeSocket socket(co_await asio::this_coro::executor, Transport::stream, std::move(target),
                     attempt.begin() + timeout);
  const Step step = co_await socket.connect();
  if (!step.is_done()) {
    attempt.source = socket.source();
    co_return attempt.observation(unconnected(step));
  }
  Observation seen = attempt.observation({CheckResult::l4_ok, 0, {}});
  seen.phases.connect = seen.duration;
  co_return seen;
}

asio::awaitable<Observation> probe_tcp_dialogue(const TcpCheck& check, const Pattern& expected,
                                                CheckTarget target, Duration timeout) {
  if (!expected.is_valid())
    co_return Attempt().observation(
        {CheckResult::socket_error, 0, "expect: " + expected.refusal()});
  const auto talk = [&](ProbeSocket& socket, Attempt&) {
    return answered(socket, check, expected);
  };
  co_return co_await probe_stream(std::move(target), timeout, talk);
}

}  // namespace lvsd
