#include "daemon/check_text.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <limits>
#include <memory>

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

const Time start{1000s};

CheckBook::Entry entry_of(Probe probe, CheckPolicy policy = {}) {
  CheckBook::Entry entry;
  entry.check.settings =
      std::make_shared<const CheckSettings>(CheckSettings{std::move(probe), policy});
  entry.check.target.endpoint = {*parse_address("10.0.0.2"), 80};
  entry.users = {{0, 0, 0}};
  return entry;
}

// What is logged of each result, one after the other.
struct Diary {
  CheckLog log;
  CheckBook::Entry entry = entry_of(TcpCheck{});
  Time now = start;

  std::string of(CheckResult result, const std::string& text = "", bool all = false) {
    const Observation seen{.result = result, .text = text, .at = now += 1s};
    std::string out;
    for (const LogLine& line : log.lines(entry, seen, all))
      out += line.text + "\n";
    entry.health.last = last_result(seen);
    return out;
  }
};

}  // namespace

TEST_CASE("a check that cannot be made is said once and so is that it can be made again") {
  Diary diary;
  CHECK(diary.of(CheckResult::l4_ok).empty());
  CHECK(diary.of(CheckResult::socket_error, "Too many open files") ==
        "TCP_CHECK of 10.0.0.2:80 cannot be made: Socket error, info: \"Too many open "
        "files\", check duration: 0ms; its server keeps the state it has\n");
  CHECK(diary.of(CheckResult::socket_error, "Too many open files").empty());
  CHECK(diary.of(CheckResult::l4_refused) == "TCP_CHECK of 10.0.0.2:80 can be made again\n");
  CHECK(diary.of(CheckResult::l4_ok).empty());
}

TEST_CASE("a check that goes on failing in one way is said once a minute with how often") {
  Diary diary;
  const std::string refused =
      "TCP_CHECK of 10.0.0.2:80 failed, reason: Layer4 connection problem, check duration: 0ms";
  CHECK(diary.of(CheckResult::l4_refused, "", true) == refused + "\n");
  for (int second = 1; second < 60; ++second)
    CHECK(diary.of(CheckResult::l4_refused, "", true).empty());
  CHECK(diary.of(CheckResult::l4_refused, "", true) ==
        refused + "; and 59 times more in the last 60 s\n");
  // Another way to fail, or a new failure, is said at once.
  CHECK_FALSE(diary.of(CheckResult::l4_timeout, "", true).empty());
  CHECK(diary.of(CheckResult::l4_timeout, "", true).empty());
  CHECK(diary.of(CheckResult::l4_ok, "", true).empty());
  CHECK_FALSE(diary.of(CheckResult::l4_timeout, "", true).empty());
}

TEST_CASE("of ten thousand checks that cannot be made a few are named") {
  CheckLog log;
  CheckBook::Entry entry = entry_of(TcpCheck{});
  std::size_t lines = 0;
  for (int i = 0; i < 10000; ++i)
    lines += log.lines(entry, {.result = CheckResult::socket_error, .at = start}, false).size();
  CHECK(lines == 20);
  CHECK(log.lines(entry, {.result = CheckResult::socket_error, .at = start + 61s}, false).size() ==
        1);
}

TEST_CASE("every failure is logged where that is asked for and no pass ever is") {
  Diary diary;
  CHECK(diary.of(CheckResult::l4_refused, "Connection refused").empty());
  const std::string line =
      "TCP_CHECK of 10.0.0.2:80 failed, reason: Layer4 connection problem, info: \"Connection "
      "refused\", check duration: 0ms\n";
  CHECK(diary.of(CheckResult::l4_refused, "Connection refused", true) == line);
  CHECK(diary.of(CheckResult::l4_ok, "", true).empty());
  diary.entry = entry_of(TcpCheck{}, {.log_all_failures = true});
  CHECK(diary.of(CheckResult::l4_refused, "Connection refused") == line);
  CHECK(diary.of(CheckResult::l4_ok).empty());
  CHECK(diary.of(CheckResult::l4_refused, "Connection refused") == line);
}

TEST_CASE("a certificate that ends soon is said once and once more when it has ended") {
  CheckLog log;
  CheckBook::Entry entry = entry_of(HttpCheck{.tls = true, .cert_expiry_warning = 14 * 24h});
  // 2027-01-15 08:00 UTC, two days before the end.
  const std::int64_t end = 1'800'000'000;
  const auto at = [](std::int64_t unix_seconds) {
    return api::Moment{
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::seconds(unix_seconds)), 0min};
  };
  const auto said = [&](std::int64_t certificate, std::int64_t now) {
    const Observation seen{.result = CheckResult::l7_ok, .certificate = certificate};
    const auto lines = log.certificate_lines(entry, seen, at(now));
    return lines.empty() ? std::string() : lines.front().text;
  };
  CHECK(said(end, end - 30 * 86400).empty());
  CHECK(said(end, end - 2 * 86400) ==
        "The certificate of SSL_GET of 10.0.0.2:80 ends in 2 days, on 2027-01-15");
  CHECK(said(end, end - 86400).empty());
  CHECK(said(end, end + 1) == "The certificate of SSL_GET of 10.0.0.2:80 has ended on 2027-01-15");
  CHECK(said(end, end + 100).empty());
  CHECK(said(end + 365 * 86400, end + 200) ==
        "The certificate of SSL_GET of 10.0.0.2:80 is good until 2028-01-15");
  CHECK(said(std::numeric_limits<std::int64_t>::min(), end) ==
        "The certificate of SSL_GET of 10.0.0.2:80 has ended on 1970-01-01");
}
