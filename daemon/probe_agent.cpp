#include "daemon/probe_agent.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "daemon/probe_stream.h"
#include "health/agent_check.h"
#include "health/line_reader.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_line = 1024;

AgentWord lost(const Step& step) {
  if (stop_of(step) == Stop::expired) return {{CheckResult::l7_timeout, 0, "no answer"}, {}, {}};
  return {{CheckResult::l7_response, step.error, std::strerror(step.error)}, {}, {}};
}

asio::awaitable<AgentWord> heard(ProbeSocket& socket, const AgentCheck& check) {
  const Step sent = co_await socket.send(check.send);
  if (sent.end == Step::End::expired) co_return lost(sent);
  LineReader lines(most_line);
  std::string all;  // an agent may close instead of ending its line
  std::array<char, most_line> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (step.end == Step::End::closed) co_return agent_word(all);
    if (!step.is_done()) co_return lost(step);
    std::string_view bytes(room.data(), step.bytes);
    all.append(bytes);
    if (const auto line = lines.line(bytes)) co_return agent_word(*line);
    if (lines.is_overlong())
      co_return AgentWord{{CheckResult::l7_response, 0, "the agent's line is too long"}, {}, {}};
  }
}

}  // namespace

asio::awaitable<Observation> probe_agent(AgentCheck check, CheckTarget target, Duration timeout) {
  const auto talk = [&](ProbeSocket& socket, Attempt& attempt) -> asio::awaitable<Judgement> {
    AgentWord word = co_await heard(socket, check);
    attempt.weight = word.weight;
    attempt.admin = word.admin;
    co_return std::move(word.judgement);
  };
  co_return co_await probe_stream(std::move(target), timeout, talk);
}

}  // namespace lvsd
