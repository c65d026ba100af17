#include "daemon/totals.h"

#include <catch2/catch.hpp>

#include "daemon/check_totals.h"

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

Time at(int seconds) {
  return Time(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("what was never down has no downtime and no changes") {
  Life life;
  life.note(true, at(10));
  life.note(true, at(20));
  CHECK(life.sample(at(30)) == api::LifeSample{0, 0});
}

TEST_CASE("downtime grows while a thing is down and stands while it is up") {
  Life life;
  life.note(true, at(10));
  life.note(false, at(20));
  CHECK(life.sample(at(25)) == api::LifeSample{1, 5});
  life.note(false, at(27));
  life.note(true, at(30));
  CHECK(life.sample(at(90)) == api::LifeSample{2, 10});
  life.note(false, at(100));
  CHECK(life.sample(at(101)) == api::LifeSample{3, 11});
}

TEST_CASE("a thing that is down when it is first seen has been down since then") {
  Life life;
  CHECK(life.sample(at(5)) == api::LifeSample{0, 0});
  life.note(false, at(10));
  CHECK(life.sample(at(14)) == api::LifeSample{0, 4});
  life.note(true, at(15));
  CHECK(life.sample(at(99)) == api::LifeSample{1, 5});
}

TEST_CASE("failures of a check are counted by what failed and passes are none") {
  CheckTotals totals;
  for (const CheckResult result :
       {CheckResult::l4_ok, CheckResult::l7_conditional, CheckResult::l4_timeout,
        CheckResult::l7_timeout, CheckResult::l4_refused, CheckResult::l6_response,
        CheckResult::l7_status, CheckResult::socket_error})
    totals.add(result);
  CHECK(totals.runs() == 8);
  const std::vector<std::pair<std::string_view, std::uint64_t>> expected{
      {"timeout", 2}, {"connect", 1}, {"tls", 1}, {"status", 1}, {"socket", 1}};
  CHECK(totals.failures() == expected);
}
