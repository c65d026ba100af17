#include "daemon/netlink_question.h"

#include <cassert>

#include "daemon/kernel_error.h"
#include "netlink/refusal.h"

namespace lvsd {

namespace {

std::string spelled(const Question& question) {
  std::string out(question.attempt);
  if (question.service != nullptr) out += " " + text(*question.service);
  return out;
}

// The kernel's last word on a question.
Result<void> verdict(const Question& question, const Message& message) {
  const auto errno_value = verdict_of(message);
  if (!errno_value) return Error{kernel_errc::bad_answer, spelled(question)};
  if (*errno_value != 0) return refusal(spelled(question), *errno_value);
  return {};
}

// Whether that was the last message of the answer.
bool take(Question& question, const Message& message) {
  const bool end = message.type == NLMSG_DONE || message.type == NLMSG_ERROR;
  if (!question.outcome) return end;
  if (end)
    question.outcome = verdict(question, message);
  else if ((message.flags & NLM_F_DUMP_INTR) != 0)
    question.outcome = Error{kernel_errc::bad_answer, spelled(question) + ": interrupted"};
  else
    question.outcome = question.take(message);
  return end || !question.is_list;
}

}  // namespace

Result<void> ask(NetlinkSession& session, std::span<Question> questions) {
  const auto family = session.family();
  if (!family) return within(spelled(questions.front()), family.error());
  const auto count = static_cast<std::uint32_t>(questions.size());
  const std::uint32_t first = session.sequences(count);
  Bytes requests;
  for (std::uint32_t i = 0; i < count; ++i) {
    assert(!questions[i].is_list || i + 1 == count);
    const std::uint16_t flags = questions[i].is_list ? NLM_F_DUMP : 0;
    questions[i].write(requests, {*family, first + i, flags});
  }

  const auto exchanged = session.exchange(requests, first, count, [&](const Message& message) {
    const std::uint32_t which = message.sequence - first;
    // The kernel answers in order: the end of the last is the end of all.
    return take(questions[which], message) && which + 1 == count;
  });
  if (!exchanged) return within(spelled(questions.front()), exchanged.error());
  return {};
}

Result<void> ask(NetlinkSession& session, Question question) {
  if (auto asked = ask(session, std::span(&question, 1)); !asked) return asked;
  return question.outcome;
}

}  // namespace lvsd
