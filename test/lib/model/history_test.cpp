#include "model/history.h"

#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <optional>
#include <random>

using namespace lvsd;

TEST_CASE("the last twenty results of a check are kept") {
  CheckHistory history;
  CHECK(history.size() == 0);
  for (int i = 1; i <= 47; ++i) {
    history.add({.code = i});
    CHECK(history.newest().code == i);
    CHECK(history.size() == std::min<std::size_t>(static_cast<std::size_t>(i), 20));
    const int oldest = history.newest(history.size() - 1).code;
    CHECK(oldest == std::max(1, i - 19));
  }
}

TEST_CASE("a result is kept with its times and all its words") {
  using std::chrono::microseconds;
  Observation seen{.result = CheckResult::l7_status,
                   .code = 503,
                   .text = "Service Unavailable",
                   .duration = microseconds(1234567),
                   .at = Time(std::chrono::seconds(9)),
                   .phases = {microseconds(1), microseconds(2), microseconds(3), microseconds(4)},
                   .source = Address{.family = Family::v4, .bytes = {10, 0, 0, 1}}};
  seen.output = "said a program";
  CheckHistory history;
  history.add(seen);
  history.add({.result = CheckResult::l4_ok, .at = Time(std::chrono::seconds(10))});
  const PastResult expected{seen.result, seen.code, seen.duration, seen.at,
                            seen.phases, seen.text, seen.source,   seen.output};
  CHECK((history.newest(1) == expected));
  CHECK((history.newest(0) ==
         PastResult{.result = CheckResult::l4_ok, .at = Time(std::chrono::seconds(10))}));
}

TEST_CASE("a clock that went back moves no result before the one that came first") {
  CheckHistory history;
  history.add({.code = 1, .at = Time(std::chrono::seconds(10))});
  history.add({.code = 2, .at = Time(std::chrono::seconds(4))});
  CHECK((history.newest(0).at == Time(std::chrono::seconds(10))));
  CHECK((history.newest(1).at == Time(std::chrono::seconds(10))));
}

namespace {

// Repeats itself in all but its time as often as not, as servers do.
Observation some_result(std::mt19937& random, const Observation& before) {
  const auto one_of = [&random](auto... values) {
    const std::array all{values...};
    return all[random() % all.size()];
  };
  const auto micros = [&] {
    return std::chrono::microseconds(one_of(0L, 1L, 127L, 128L, 90'000L, 3'600'000'000L));
  };
  Observation seen = before;
  seen.at += micros();
  if (one_of(true, false)) return seen;
  seen.result = one_of(CheckResult::l4_ok, CheckResult::process_timeout, CheckResult::l7_status);
  seen.code = one_of(0, 0, 200, -7);
  seen.duration = micros();
  seen.phases = one_of(Phases{}, Phases{.connect = seen.duration},
                       Phases{micros(), micros(), micros(), micros()});
  seen.text = one_of("", "", "OK", "not the expected answer, and more than fits in a small string");
  seen.source = one_of(std::optional<Address>(), std::optional(Address{.bytes = {10, 0, 0, 1}}));
  seen.output = one_of("", "", "said a program");
  return seen;
}

}  // namespace

TEST_CASE("whatever results come the last twenty are kept as they were") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    CheckHistory history;
    std::deque<PastResult> expected;
    Observation seen;
    for (int i = 0; i < 100; ++i) {
      seen = some_result(random, seen);
      history.add(seen);
      expected.push_front(past_result(seen));
      if (expected.size() > CheckHistory::most) expected.pop_back();
      REQUIRE(history.size() == expected.size());
      for (std::size_t at = 0; at < expected.size(); ++at)
        REQUIRE((history.newest(at) == expected[at]));
    }
  }
}
