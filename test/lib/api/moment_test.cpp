#include "api/moment.h"

#include <catch2/catch.hpp>

using namespace lvsd::api;

TEST_CASE("a moment is printed with milliseconds and its zone") {
  for (const char* spelled : {"2026-08-20T14:34:12.201+09:00", "1969-12-31T23:59:59.999Z",
                              "2024-02-29T00:00:00.000-03:30"}) {
    const auto moment = parse_moment(spelled);
    REQUIRE(moment);
    CHECK(text(*moment) == spelled);
  }
  CHECK(parse_moment("2026-08-20T14:34:12.201+09:00")->at ==
        parse_moment("2026-08-20T05:34:12.201Z")->at);
}

TEST_CASE("a time of today is shown without its date and an older one with it") {
  const Moment now = *parse_moment("2026-08-20T14:34:12.201+09:00");
  CHECK(clock_text(*parse_moment("2026-08-20T14:02:11.999+09:00"), now) == "14:02:11");
  CHECK(clock_text(*parse_moment("2026-08-20T00:00:00+09:00"), now) == "00:00:00");
  CHECK(clock_text(*parse_moment("2026-08-19T23:59:59+09:00"), now) == "2026-08-19 23:59:59");
  // Its own zone decides what today is.
  CHECK(clock_text(*parse_moment("2026-08-20T01:00:00Z"), now) == "01:00:00");
}

TEST_CASE("every spelling RFC 3339 allows is read") {
  CHECK(text(*parse_moment("2026-08-20t14:34:12z")) == "2026-08-20T14:34:12.000Z");
  CHECK(text(*parse_moment("2026-08-20T14:34:12.2Z")) == "2026-08-20T14:34:12.200Z");
  CHECK(text(*parse_moment("2026-08-20T14:34:12.2019999999Z")) == "2026-08-20T14:34:12.201Z");
  CHECK(text(*parse_moment("2026-08-20T14:34:12-00:00")) == "2026-08-20T14:34:12.000Z");
  CHECK(text(*parse_moment("2016-12-31T23:59:60Z")) == "2017-01-01T00:00:00.000Z");
}

TEST_CASE("what is not a time is refused") {
  for (const char* bad :
       {"", "2026-08-20", "2026-08-20 14:34:12Z", "2026-08-20T14:34:12", "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-08-20T24:00:00Z",
        "2026-08-20T23:60:00Z", "2026-08-20T23:00:61Z", "2026-08-20T23:00:00.Z",
        "2026-08-20T23:00:00+9:00", "2026-08-20T23:00:00+24:00", "2026-08-20T23:00:00Zx",
        "2026-08-20T23:00:00.5", "+026-08-20T23:00:00Z", "2026-08-20T-1:00:00Z"})
    CHECK_FALSE(parse_moment(bad));
}
