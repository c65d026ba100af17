#include "health/letter.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/printable.h"

namespace lvsd {

namespace {

constexpr std::size_t most_subject = 200;

// "Sat, 21 Nov 2026 01:02:03 +0000"; without the locale's words.
std::string date_text(WallTime at) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(midnight);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at - midnight).count();
  return fmt::format(
      "{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday(midnight).c_encoding()],
      static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ", ") + mail_word(word);
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += printable_line(text.substr(0, end));
    out += "\r\n";
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace

std::string mail_word(std::string_view word) {
  std::string out(word);
  std::erase_if(out, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '<' || c == '>';
  });
  return out;
}

std::string message_text(const Letter& letter, const std::string& from,
                         const std::vector<std::string>& to, WallTime at) {
  std::string out = "Date: " + date_text(at) + "\r\n";
  out += "From: <" + mail_word(from) + ">\r\n";
  out += "To: " + joined(to) + "\r\n";
  // ASCII, as a header has to be.
  out += "Subject: " + printable(letter.subject, most_subject) + "\r\n";
  out += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: no answer by a machine
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: 8bit\r\n\r\n";
  return out + with_crlf(letter.body);
}

}  // namespace lvsd
