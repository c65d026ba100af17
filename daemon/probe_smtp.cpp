#include "daemon/probe_smtp.h"

#include <array>
#include <string>
#include <utility>

#include "daemon/probe_stream.h"
#include "health/smtp_check.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

asio::awaitable<Judgement> spoken(ProbeSocket& socket, const SmtpCheck& check) {
  SmtpDialogue dialogue(check);
  std::array<char, 2048> room;
  for (;;) {
    const Step step = co_await socket.receive(room);
    if (!step.is_done()) co_return dialogue.judgement(stop_of(step), step.error);
    if (auto judgement = dialogue.take({room.data(), step.bytes})) co_return *std::move(judgement);
    const std::string words = dialogue.next_words();
    // A failure to send shows, with its cause, in what is received next.
    if (!words.empty()) co_await socket.send(words);
  }
}

}  // namespace

asio::awaitable<Observation> probe_smtp(SmtpCheck check, CheckTarget target, Duration timeout) {
  const auto talk = [&](ProbeSocket& socket, Attempt&) { return spoken(socket, check); };
  co_return co_await probe_stream(std::move(target), timeout, talk);
}

}  // namespace lvsd
