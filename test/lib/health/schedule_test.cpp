#include "health/schedule.h"

#include <catch2/catch.hpp>
#include <set>

#include "health/observe.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Time noon{std::chrono::hours(12)};

CheckPolicy every(Duration delay_loop) {
  CheckPolicy policy;
  policy.delay_loop = delay_loop;
  policy.delay_before_retry = seconds(1);
  policy.retry = 2;
  return policy;
}

CheckHealth after(CheckHealth health, const CheckPolicy& policy, CheckResult result) {
  Observation observation;
  observation.result = result;
  return observe(health, policy, observation);
}

CheckHealth running(const CheckPolicy& policy) {
  return after(initial(Start::fresh, policy, {}), policy, CheckResult::l4_ok);
}

}  // namespace

TEST_CASE("the interval is measured from the plan and not from the end of the run") {
  const CheckPolicy policy = every(seconds(5));
  const CheckHealth health = running(policy);
  CHECK(next_check(health, policy, noon, noon + milliseconds(3)) == noon + seconds(5));
  CHECK(next_check(health, policy, noon, noon + milliseconds(4999)) == noon + seconds(5));
  CHECK(next_check(health, policy, noon, noon + seconds(5)) == noon + seconds(10));
}

TEST_CASE("a run that takes longer than the interval skips a turn and keeps its place") {
  const CheckPolicy policy = every(seconds(1));
  CHECK(next_check(running(policy), policy, noon, noon + milliseconds(5200)) == noon + seconds(6));
}

TEST_CASE("after an early first run a check joins its grid at the next interval") {
  CheckPolicy policy = every(seconds(5));
  policy.warmup = seconds(60);
  const Time place = phase(policy, noon, 0.7);
  REQUIRE(place == noon + seconds(42));
  CHECK(next_check(running(policy), policy, place, noon) == noon + seconds(2));
  CHECK(next_check(running(policy), policy, place, noon + seconds(2)) == noon + seconds(7));
}

TEST_CASE("a falling check is retried after delay_before_retry and then returns to its place") {
  const CheckPolicy policy = every(seconds(10));
  CheckHealth health = after(running(policy), policy, CheckResult::l4_timeout);
  CHECK(next_check(health, policy, noon, noon + milliseconds(500)) == noon + milliseconds(1500));
  const CheckHealth recovered = after(health, policy, CheckResult::l4_ok);
  CHECK(next_check(recovered, policy, noon, noon + seconds(2)) == noon + seconds(10));
  health = after(health, policy, CheckResult::l4_timeout);
  health = after(health, policy, CheckResult::l4_timeout);
  REQUIRE_FALSE(health.up);
  CHECK(next_check(health, policy, noon, noon + seconds(4)) == noon + seconds(10));
}

TEST_CASE("a check that could not be made is not hurried even while it is falling") {
  CheckPolicy policy = every(seconds(10));
  policy.delay_before_retry = Duration::zero();
  CheckHealth health = after(running(policy), policy, CheckResult::l4_timeout);
  health = after(health, policy, CheckResult::socket_error);
  CHECK(next_check(health, policy, noon, noon + seconds(1)) == noon + seconds(10));
}

TEST_CASE("the first run waits for its place within the warmup unless the server is missed") {
  CheckPolicy policy = every(seconds(8));
  CHECK(first_check(Start::fresh, policy, noon, 0.5) == noon + seconds(4));
  CHECK(first_check(Start::adopted_up, policy, noon, 0.5) == noon + seconds(4));
  CHECK(first_check(Start::adopted_down, policy, noon, 0.5) == noon);
  CHECK(first_check(Start::adopted_idle, policy, noon, 0.5) == noon);

  policy.alpha = true;
  CHECK(first_check(Start::fresh, policy, noon, 0.5) == noon + milliseconds(500));
  CHECK(first_check(Start::adopted_up, policy, noon, 0.5) == noon + seconds(4));

  policy.warmup = seconds(60);
  CHECK(first_check(Start::fresh, policy, noon, 0.5) == noon + seconds(30));
  policy.warmup = seconds(0);
  CHECK(first_check(Start::fresh, policy, noon, 0.5) == noon);
}

TEST_CASE("law: a server that serves from the start is looked at within ten seconds") {
  const std::uint64_t seed = 5;
  INFO("seed " << seed);
  Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    const CheckPolicy policy = every(Duration(1 + random.below(4'000'000'000U)));
    const double place = random.below(1'000'000) / 1e6;
    for (const Start start : {Start::fresh, Start::adopted_up}) {
      const Time first = first_check(start, policy, noon, place);
      CHECK(first >= noon);
      CHECK(first - noon <= std::min<Duration>(policy.delay_loop, seconds(10)));
    }
  }
}

TEST_CASE(
    "law: whoever is taken on together is spread over the whole interval from the second run") {
  const CheckPolicy policy = every(seconds(60));
  int early = 0;
  for (int i = 0; i < 1000; ++i) {
    const double place = i / 1000.0;
    const Time grid = phase(policy, noon, place);
    const Time first = first_check(Start::fresh, policy, noon, place);
    const Time second = next_check(running(policy), policy, grid, first);
    CHECK((second - grid) % policy.delay_loop == Time::duration::zero());
    CHECK(second > first);
    if (second - noon < seconds(30)) ++early;
  }
  CHECK(early > 400);
  CHECK(early < 600);
}

TEST_CASE("a check that was interrupted goes on where its grid has it") {
  const auto settings =
      std::make_shared<const CheckSettings>(CheckSettings{TcpCheck{}, every(seconds(10))});
  const Check check{.settings = settings};
  const CheckHealth health = running(settings->policy);
  const Timing before{.phase = noon + seconds(3), .due = noon + seconds(3)};
  CHECK(resumed_timing(check, health, before, noon) == before);
  CHECK(resumed_timing(check, health, before, noon + seconds(4)).due == noon + seconds(13));
  CHECK(resumed_timing(check, health, before, noon + seconds(1000)).due == noon + seconds(1003));
  CHECK(resumed_timing(check, health, before, noon + seconds(1000)).phase == before.phase);
  const CheckHealth unseen = initial(Start::adopted_down, settings->policy, noon);
  CHECK(resumed_timing(check, unseen, before, noon + seconds(1000)) == before);
}

TEST_CASE("law: the next run is later than now by no more than an interval") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const CheckPolicy policy = every(Duration(1 + random.below(90'000'000)));
    const Time place = noon + std::chrono::microseconds(random.below(200'000'000));
    const Time now = noon + std::chrono::nanoseconds(random.below(4'000'000'000U)) * 50;
    CAPTURE(seed);
    const Time next = next_check(running(policy), policy, place, now);
    REQUIRE(next > now);
    REQUIRE(next <= now + policy.delay_loop);
    REQUIRE((next - place) % policy.delay_loop == Time::duration::zero());
  }
}

TEST_CASE("the place of a check is the same in every run and differs between neighbours") {
  const CheckTarget target{.endpoint = endpoint("10.0.0.2:80"), .bind_address = {}};
  CHECK(spread(target) == spread(target));

  // Ten thousand neighbours in a hundred slots: none empty, none with three times its share.
  std::vector<int> slots(100);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    CheckTarget neighbour = target;
    neighbour.endpoint.address = *advanced(target.endpoint.address, i);
    const double place = spread(neighbour);
    REQUIRE(place >= 0);
    REQUIRE(place < 1);
    ++slots[static_cast<std::size_t>(place * 100)];
  }
  CHECK(*std::min_element(slots.begin(), slots.end()) > 30);
  CHECK(*std::max_element(slots.begin(), slots.end()) < 300);
}

TEST_CASE("the place of a check depends on everything its target has") {
  CheckTarget target{.endpoint = endpoint("10.0.0.2:80"), .bind_address = {}};
  std::set<double> places = {spread(target)};
  target.endpoint.port = 81;
  places.insert(spread(target));
  target.bind_address = parse_address("10.0.0.1");
  places.insert(spread(target));
  target.bind_port = 7;
  places.insert(spread(target));
  target.bind_interface = "eth0";
  places.insert(spread(target));
  target.fwmark = 9;
  places.insert(spread(target));
  CHECK(places.size() == 6);
}

TEST_CASE("fast_interval is the pace of a check in doubt and down_interval that of one down") {
  using namespace std::chrono_literals;
  CheckPolicy policy{.delay_loop = 10s, .delay_before_retry = 1s, .retry = 2, .rise = 2};
  const Time grid{1000s};
  const Time now{1003s};
  CheckHealth falling{.up = true, .has_run = true, .streak = 1};
  falling.last = LastResult{.result = CheckResult::l4_refused};
  CheckHealth rising{.up = false, .has_run = true, .streak = 1};
  rising.last = LastResult{.result = CheckResult::l4_ok};
  CheckHealth down{.up = false, .has_run = true};
  down.last = LastResult{.result = CheckResult::l4_refused};
  const CheckHealth fresh{.up = false};

  CHECK(next_check(falling, policy, grid, now) == now + 1s);
  CHECK(next_check(rising, policy, grid, now) == Time(1010s));
  CHECK(next_check(down, policy, grid, now) == Time(1010s));

  policy.fast_interval = 200ms;
  policy.down_interval = 60s;
  CHECK(next_check(falling, policy, grid, now) == now + 200ms);
  CHECK(next_check(rising, policy, grid, now) == now + 200ms);
  CHECK(next_check(down, policy, grid, now) == Time(1060s));
  CHECK(next_check(fresh, policy, grid, now) == Time(1010s));
}
