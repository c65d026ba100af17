#include "health/smtp_delivery.h"

#include <cstring>
#include <utility>

#include "base/parse_number.h"
#include "base/printable.h"
#include "health/letter.h"

namespace lvsd {

namespace {

constexpr std::size_t most_reply_lines = 100;

// A line that begins with a dot has one more (RFC 5321 4.5.2); a dot alone ends it all.
std::string stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + 16);
  bool begins_line = true;
  for (const char c : message) {
    if (begins_line && c == '.') out += '.';
    out += c;
    begins_line = c == '\n';
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out + ".\r\n";
}

}  // namespace

SmtpDelivery::SmtpDelivery(const MailOrder& order) : order_(order) {}

std::string SmtpDelivery::next_words() {
  return std::exchange(words_, {});
}

std::optional<MailOutcome> SmtpDelivery::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto line = lines_.line(bytes);
    if (lines_.is_overlong())
      return MailOutcome{.complaint = "a line of the mail server's answer is too long"};
    if (!line) break;
    if (auto outcome = take_line(*line)) return outcome;
  }
  return std::nullopt;
}

// "250-more follows", "250 the last", "250".
std::optional<MailOutcome> SmtpDelivery::take_line(std::string_view line) {
  const auto code = parse_number<std::uint16_t>(line.substr(0, 3));
  const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
  const bool more = line.size() > 3 && line[3] == '-';
  if (!code || *code < 200 || *code > 599 || !(last || more) || ++reply_lines_ > most_reply_lines)
    return MailOutcome{.complaint = "the mail server's answer is not SMTP: " + printable(line, 50)};
  if (more) return std::nullopt;
  reply_lines_ = 0;
  return take_reply(*code, line);
}

std::optional<MailOutcome> SmtpDelivery::take_reply(std::uint16_t code, std::string_view line) {
  const int wanted = state_ == State::greeting ? 22 : state_ == State::data ? 35 : 25;
  const bool is_taken = code / 10 == wanted;
  const bool is_final = code >= 500;
  const std::string complaint =
      "the mail server says " + std::string(step()) + ": " + printable(line, 200);
  if (!is_taken && state_ != State::recipients)
    return MailOutcome{.is_final = is_final, .complaint = complaint};
  switch (state_) {
    case State::greeting:
      state_ = State::hello;
      words_ = "HELO " + mail_word(order_.helo_name) + "\r\n";
      break;
    case State::hello:
      state_ = State::sender;
      words_ = "MAIL FROM:<" + mail_word(order_.from) + ">\r\n";
      break;
    case State::sender:
      state_ = State::recipients;
      next_recipient();
      break;
    case State::recipients:
      if (is_taken) ++taken_;
      if (!is_taken) {
        refusals_ += (refusals_.empty() ? "" : "; ") + complaint;
        all_final_ = all_final_ && is_final;
      }
      if (asked_ < order_.to.size()) {
        next_recipient();
      } else if (taken_ == 0) {
        return MailOutcome{.is_final = all_final_, .complaint = refusals_};
      } else {
        state_ = State::data;
        words_ = "DATA\r\n";
      }
      break;
    case State::data:
      state_ = State::message;
      words_ = stuffed(order_.message);
      break;
    case State::message:
      words_ = "QUIT\r\n";
      return MailOutcome{.delivered = true, .complaint = refusals_};
  }
  return std::nullopt;
}

void SmtpDelivery::next_recipient() {
  words_ = "RCPT TO:<" + mail_word(order_.to[asked_++]) + ">\r\n";
}

std::string_view SmtpDelivery::step() const {
  switch (state_) {
    case State::greeting:
      return "as its greeting";
    case State::hello:
      return "after HELO";
    case State::sender:
      return "after MAIL FROM";
    case State::recipients:
      return "after RCPT TO";
    case State::data:
      return "after DATA";
    case State::message:
      return "after the message";
  }
  return "";
}

MailOutcome SmtpDelivery::cut_off(Stop stop, int error) const {
  const std::string where = state_ == State::greeting ? "before its greeting" : std::string(step());
  switch (stop) {
    case Stop::closed:
      return {.is_final = false, .complaint = "the mail server hung up " + where};
    case Stop::failed:
      return {.is_final = false, .complaint = std::string(std::strerror(error)) + " " + where};
    case Stop::expired:
      break;
  }
  return {.is_final = false, .complaint = "no answer of the mail server " + where};
}

}  // namespace lvsd
