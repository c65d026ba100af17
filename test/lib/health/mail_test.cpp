#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "health/letter.h"
#include "health/mail_pace.h"
#include "health/smtp_delivery.h"

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

MailOrder order(std::vector<std::string> to = {"a@example.com"}) {
  return {.helo_name = "lb1", .from = "lvs@lb1", .to = std::move(to), .message = "Hi\r\n.\r\n"};
}

struct Talk {
  std::string said;     // by us
  std::string outcome;  // "delivered", "again: …", "never: …", "goes on"
};

std::string text(const MailOutcome& outcome) {
  const std::string why = outcome.complaint.empty() ? "" : ": " + outcome.complaint;
  if (outcome.delivered) return "delivered" + why;
  return (outcome.is_final ? "never" : "again") + why;
}

// A server that gives these answers, one for each thing it hears.
Talk talk(const MailOrder& mail, const std::vector<std::string>& answers) {
  SmtpDelivery delivery(mail);
  Talk talk;
  for (const std::string& answer : answers) {
    const auto outcome = delivery.take(answer + "\r\n");
    talk.said += delivery.next_words();
    if (!outcome) continue;
    talk.outcome = text(*outcome);
    return talk;
  }
  talk.outcome = "goes on";
  return talk;
}

const std::vector<std::string> kind{"220 hello", "250 lb1", "250 ok", "250 ok", "354 go", "250 ok"};

Letter letter(int number) {
  return {"change " + std::to_string(number), "text\n"};
}

std::string subject(const std::optional<Letter>& one) {
  return one ? one->subject : "nothing";
}

const Time start{1000s};

}  // namespace

TEST_CASE("a mail is handed over word for word and a dot at the start of a line is doubled") {
  const Talk done = talk(order({"a@example.com", "b@example.com"}),
                         {"220-mail\r\n220 hello", "250 lb1", "250 ok", "250 ok", "251 elsewhere",
                          "354 go", "250 queued"});
  CHECK(done.said ==
        "HELO lb1\r\nMAIL FROM:<lvs@lb1>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n"
        "DATA\r\nHi\r\n..\r\n.\r\nQUIT\r\n");
  CHECK(done.outcome == "delivered");
}

TEST_CASE("whatever a mail server refuses is tried again or not by what it says") {
  const std::vector<std::string> steps{"as its greeting", "after HELO", "after MAIL FROM",
                                       "after RCPT TO",   "after DATA", "after the message"};
  for (std::size_t i = 0; i < kind.size(); ++i) {
    std::vector<std::string> answers(kind.begin(), kind.begin() + static_cast<long>(i));
    answers.push_back("451 later");
    CHECK(talk(order(), answers).outcome ==
          "again: the mail server says " + steps[i] + ": 451 later");
    answers.back() = "550 never";
    CHECK(talk(order(), answers).outcome ==
          "never: the mail server says " + steps[i] + ": 550 never");
    answers.back() = "what?";
    CHECK(talk(order(), answers).outcome == "never: the mail server's answer is not SMTP: what?");
    SmtpDelivery delivery(order());
    for (std::size_t k = 0; k < i; ++k)
      delivery.take(kind[k] + "\r\n");
    for (const Stop stop : {Stop::closed, Stop::failed, Stop::expired})
      CHECK(text(delivery.cut_off(stop, ECONNRESET)).starts_with("again: "));
  }
}

TEST_CASE("a recipient who is refused does not keep the mail from the others") {
  const Talk done =
      talk(order({"gone@example.com", "b@example.com"}),
           {"220 hello", "250 lb1", "250 ok", "550 no such user", "250 ok", "354 go", "250 ok"});
  CHECK(done.outcome == "delivered: the mail server says after RCPT TO: 550 no such user");
  CHECK(done.said.find("DATA\r\n") != std::string::npos);
}

TEST_CASE("a mail server that talks without end is left") {
  CHECK(talk(order(), {std::string(5000, 'x')}).outcome ==
        "never: a line of the mail server's answer is too long");
  std::vector<std::string> many(200, "220-and more");
  CHECK(talk(order(), many).outcome == "never: the mail server's answer is not SMTP: 220-and more");
}

TEST_CASE("no word of a file or a server begins a line of its own in a mail") {
  const Talk done = talk(
      {.helo_name = "lb1\r\nRSET", .from = "a>\r\nRCPT TO:<x", .to = {"b\r\nDATA"}, .message = {}},
      kind);
  CHECK(done.said.starts_with(
      "HELO lb1RSET\r\nMAIL FROM:<aRCPT TO:x>\r\nRCPT TO:<bDATA>\r\nDATA\r\n"));
  const std::string message =
      message_text({"DOWN\r\nBcc: x@y", "one\r\n.\ntwo\x1b[2J\n"}, "a\nb", {"c\r\nd", "e"},
                   WallTime(std::chrono::sys_days{std::chrono::year(2026) / 11 / 21} + 3723s));
  CHECK(message ==
        "Date: Sat, 21 Nov 2026 01:02:03 +0000\r\nFrom: <ab>\r\nTo: cd, e\r\n"
        "Subject: DOWN\\r\\nBcc: x@y\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "one\\r\r\n.\r\ntwo\\x1b[2J\r\n");
}

TEST_CASE("ten letters a minute go out alone and the rest is one") {
  MailPace pace;
  for (int i = 1; i <= 10; ++i)
    CHECK(subject(pace.admitted(letter(i), start)) == "change " + std::to_string(i));
  CHECK_FALSE(pace.next_moment());
  for (int i = 11; i <= 13; ++i)
    CHECK(subject(pace.admitted(letter(i), start + 30s)) == "nothing");
  CHECK(pace.next_moment() == start + 60s);
  CHECK(subject(pace.summary(start + 59s)) == "nothing");
  const auto all = pace.summary(start + 60s);
  REQUIRE(all);
  CHECK(all->subject == "3 changes, the last: change 13");
  CHECK(all->body == "change 11\nchange 12\nchange 13\n");

  // It goes on, so the next minute has one letter only.
  CHECK(subject(pace.admitted(letter(14), start + 61s)) == "nothing");
  CHECK(subject(pace.summary(start + 120s)) == "change 14");
  // A quiet minute.
  CHECK(subject(pace.admitted(letter(15), start + 181s)) == "change 15");
}

TEST_CASE("a storm of changes is as many letters as minutes and no memory without end") {
  MailPace pace;
  std::size_t letters = 0;
  std::string last;
  for (int i = 0; i < 60'000; ++i) {  // a thousand a second, for a minute
    const Time now = start + i * 1ms;
    if (pace.admitted(letter(i), now)) ++letters;
    if (pace.next_moment() && *pace.next_moment() <= now && pace.summary(now)) ++letters;
  }
  const auto end = pace.summary(start + 60s, true);
  REQUIRE(end);
  CHECK(letters == 10);
  CHECK(end->subject == "59990 changes, the last: change 59999");
  CHECK(end->body.starts_with("(59790 before these)\nchange 59800\n"));
}
