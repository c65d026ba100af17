#include "model/history.h"

#include <catch2/catch.hpp>

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
  history.add({.result = CheckResult::l4_ok});
  const PastResult expected{seen.result, seen.code, seen.duration, seen.at,
                            seen.phases, seen.text, seen.source,   seen.output};
  CHECK((history.newest(1) == expected));
  CHECK((history.newest(0) == PastResult{.result = CheckResult::l4_ok}));
}
