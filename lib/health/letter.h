#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/override.h"
#include "model/time.h"

// Mail to people: what it says, and as what it travels. Nothing here knows of a mail server
// (health/smtp_delivery does).

namespace lvsd {

struct Letter {
  std::string subject;
  std::string body;  // UTF-8, lines end with LF

  bool operator==(const Letter&) const = default;
};

// The letter as RFC 5322 has it, lines ending with CRLF and without the dot that ends it. Texts may
// quote strangers: nothing of them begins a line of its own in the headers.
std::string message_text(const Letter& letter, const std::string& from,
                         const std::vector<std::string>& to, WallTime at);

// What one line of SMTP or of a header may hold of `word`: no control characters, no angle
// brackets.
std::string mail_word(std::string_view word);

}  // namespace lvsd
