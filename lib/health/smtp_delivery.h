#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "health/judgement.h"
#include "health/line_reader.h"

namespace lvsd {

// A mail that is to be handed to a server.
struct MailOrder {
  std::string helo_name;
  std::string from;
  std::vector<std::string> to;
  std::string message;  // as message_text() makes it
};

struct MailOutcome {
  bool delivered = false;   // to one recipient at least
  bool is_final = true;     // of one that was not: another attempt would end the same
  std::string complaint{};  // what went wrong, for people; empty: nothing did
};

// The dialogue in which a mail is handed over (RFC 5321, without extensions): HELO, MAIL, RCPT for
// each recipient, DATA. A recipient who is refused does not keep the mail from the others.
class SmtpDelivery {
 public:
  // REQUIRES: order.to is not empty.
  explicit SmtpDelivery(const MailOrder& order);

  // What to send now, once; empty: nothing, wait.
  std::string next_words();

  // Takes what arrived. Something: it is over with that.
  std::optional<MailOutcome> take(std::string_view bytes);

  // When no more bytes come.
  MailOutcome cut_off(Stop stop, int error) const;

 private:
  enum class State : std::uint8_t { greeting, hello, sender, recipients, data, message };
  std::optional<MailOutcome> take_line(std::string_view line);
  std::optional<MailOutcome> take_reply(std::uint16_t code, std::string_view line);
  void next_recipient();
  std::string_view step() const;

  const MailOrder order_;
  LineReader lines_{2048};
  State state_ = State::greeting;
  std::string words_;
  std::size_t asked_ = 0;  // recipients
  std::size_t taken_ = 0;  // of them
  std::string refusals_;
  bool all_final_ = true;  // of the refusals
  std::size_t reply_lines_ = 0;
};

}  // namespace lvsd
