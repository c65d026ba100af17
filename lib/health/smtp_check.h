#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "health/judgement.h"
#include "health/line_reader.h"
#include "model/check.h"

namespace lvsd {

// The dialogue with a mail server: its greeting (220), HELO (250), QUIT (any answer). Replies of
// several lines are taken as RFC 5321 4.2.1 has them; keepalived fails such greetings.
class SmtpDialogue {
 public:
  explicit SmtpDialogue(const SmtpCheck& check);

  // What to send now, once; empty: nothing, wait.
  std::string next_words();

  // Takes what arrived. Something: the check is over with it.
  std::optional<Judgement> take(std::string_view bytes);

  // When no more bytes come.
  Judgement judgement(Stop stop, int error) const;

 private:
  enum class State : std::uint8_t { greeting, hello, quit };
  std::optional<Judgement> take_line(std::string_view line);
  std::string_view step() const;

  const std::string helo_name_;
  LineReader lines_{2048};
  State state_ = State::greeting;
  std::string words_;
  std::size_t reply_lines_ = 0;
};

}  // namespace lvsd
