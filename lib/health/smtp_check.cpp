#include "health/smtp_check.h"

#include <cstring>
#include <utility>

#include "base/parse_number.h"
#include "base/printable.h"

namespace lvsd {

namespace {

constexpr std::size_t most_reply_lines = 100;

}  // namespace

SmtpDialogue::SmtpDialogue(const SmtpCheck& check) : helo_name_(check.helo_name) {}

std::string SmtpDialogue::next_words() {
  return std::exchange(words_, {});
}

std::optional<Judgement> SmtpDialogue::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto line = lines_.line(bytes);
    if (lines_.is_overlong())
      return Judgement{CheckResult::l7_response, 0, "a line of the answer is too long"};
    if (!line) break;
    if (auto judgement = take_line(*line)) return judgement;
  }
  return std::nullopt;
}

// "250-more follows", "250 the last", "250".
std::optional<Judgement> SmtpDialogue::take_line(std::string_view line) {
  const auto code = parse_number<std::uint16_t>(line.substr(0, 3));
  const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
  const bool more = line.size() > 3 && line[3] == '-';
  if (!code || *code < 200 || *code > 599 || !(last || more) || ++reply_lines_ > most_reply_lines)
    return Judgement{CheckResult::l7_response, 0, "the answer is not SMTP: " + printable(line, 50)};
  if (more) return std::nullopt;

  reply_lines_ = 0;
  const std::string words = printable(line.size() > 4 ? line.substr(4) : std::string_view());
  const int wanted = state_ == State::greeting ? 220 : 250;
  if (state_ != State::quit && *code != wanted)
    return Judgement{CheckResult::l7_status, *code, words};
  switch (state_) {
    case State::greeting:
      state_ = State::hello;
      words_ = "HELO " + helo_name_ + "\r\n";
      return std::nullopt;
    case State::hello:
      state_ = State::quit;
      words_ = "QUIT\r\n";
      return std::nullopt;
    case State::quit:
      break;
  }
  return Judgement{CheckResult::l7_ok, *code, words};
}

std::string_view SmtpDialogue::step() const {
  switch (state_) {
    case State::greeting:
      return "before its greeting";
    case State::hello:
      return "after HELO";
    case State::quit:
      return "after QUIT";
  }
  return "";
}

Judgement SmtpDialogue::judgement(Stop stop, int error) const {
  switch (stop) {
    case Stop::closed:
      return {CheckResult::l7_response, 0, "closed " + std::string(step())};
    case Stop::failed:
      return {CheckResult::l7_response, error,
              std::string(std::strerror(error)) + " " + std::string(step())};
    case Stop::expired:
      break;
  }
  return {CheckResult::l7_timeout, 0, "no answer " + std::string(step())};
}

}  // namespace lvsd
