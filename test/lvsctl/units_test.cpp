#include "lvsctl/units.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace lvsd;
using namespace lvsd::ctl;

TEST_CASE("amounts have at most three digits and powers of a thousand") {
  CHECK(amount_text(std::uint64_t{0}) == "0");
  CHECK(amount_text(std::uint64_t{999}) == "999");
  CHECK(amount_text(std::uint64_t{1000}) == "1.0K");
  CHECK(amount_text(std::uint64_t{1249}) == "1.2K");
  CHECK(amount_text(std::uint64_t{9949}) == "9.9K");
  CHECK(amount_text(std::uint64_t{9950}) == "10K");
  CHECK(amount_text(std::uint64_t{999499}) == "999K");
  CHECK(amount_text(std::uint64_t{999500}) == "1.0M");
  CHECK(amount_text(std::uint64_t{42000000000}) == "42G");
  CHECK(amount_text(std::numeric_limits<std::uint64_t>::max()) == "18E");
  CHECK(amount_text(std::nullopt) == "-");
}

TEST_CASE("bytes carry their unit and nothing is just nothing") {
  CHECK(bytes_text(std::uint64_t{0}) == "0");
  CHECK(bytes_text(std::uint64_t{640}) == "640 B");
  CHECK(bytes_text(std::uint64_t{1400}) == "1.4 kB");
  CHECK(bytes_text(std::uint64_t{42000000}) == "42 MB");
  CHECK(bytes_text(std::nullopt) == "-");
}

TEST_CASE("durations show their two greatest units") {
  CHECK(duration_text(0) == "0s");
  CHECK(duration_text(-5) == "0s");
  CHECK(duration_text(0.2501) == "251ms");
  CHECK(duration_text(24.9) == "24s");
  CHECK(duration_text(190) == "3m10s");
  CHECK(duration_text(180) == "3m");
  CHECK(duration_text(3600 + 59) == "1h");
  CHECK(duration_text(6 * 86400 + 4 * 3600 + 59 * 60) == "6d4h");
  CHECK(duration_text(400.0 * 86400) == "400d");
  CHECK(duration_text(1e300) == "11574074d1h");
  CHECK(duration_text(std::numeric_limits<double>::quiet_NaN()) == "0s");
}

TEST_CASE("latencies are in milliseconds as long as one can read them so") {
  CHECK(latency_text(0.0004) == "0.4ms");
  CHECK(latency_text(0.003) == "3ms");
  CHECK(latency_text(2) == "2000ms");
  CHECK(latency_text(12) == "12s");
  CHECK(latency_text(-1) == "0.0ms");
}

TEST_CASE("configured times are not rounded") {
  CHECK(period_text(5) == "5s");
  CHECK(period_text(1.5) == "1.5s");
  CHECK(period_text(0.25) == "0.25s");
  CHECK(period_text(60) == "1m");
  CHECK(period_text(90.5) == "1m30.5s");
}

TEST_CASE("an age is not negative when clocks are set") {
  const auto now = *api::parse_moment("2026-08-20T14:34:12Z");
  CHECK(age_text(api::parse_moment("2026-08-20T14:33:02Z"), now) == "1m10s");
  CHECK(age_text(api::parse_moment("2026-08-20T14:35:02Z"), now) == "0s");
  CHECK(age_text(std::nullopt, now) == "-");
}

TEST_CASE("a time-out is a number with or without its unit") {
  using namespace std::chrono_literals;
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("10") == 10s);
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("4294967295h") == 4294967295h);
  for (const char* bad : {"", "s", "0", "0s", "-1", "1.5s", "10 s", "1d", "10ss", "99999999999"})
    CHECK_FALSE(parse_duration(bad));
}
