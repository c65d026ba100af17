#include "health/observe.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

using std::chrono::seconds;

Observation observation(char result, Time at = {}) {
  Observation made;
  made.result = result == '+'   ? CheckResult::l4_ok
                : result == '-' ? CheckResult::l4_refused
                                : CheckResult::socket_error;
  made.at = at;
  return made;
}

CheckPolicy policy(std::uint32_t retry, std::uint32_t rise, bool alpha = false) {
  CheckPolicy made;
  made.retry = retry;
  made.rise = rise;
  made.alpha = alpha;
  return made;
}

// The standing after each of the results: '+' passes, '-' fails, '?' says nothing.
std::string course(Start start, const CheckPolicy& check_policy, const std::string& results) {
  CheckHealth health = initial(start, check_policy, {});
  std::string out = text(standing(health, check_policy));
  for (const char result : results) {
    health = observe(health, check_policy, observation(result));
    out += ", " + text(standing(health, check_policy));
  }
  return out;
}

}  // namespace

namespace {

// '=' for each result that repeats the one before it, '!' for each that is news.
std::string news(const CheckPolicy& check_policy, const std::string& results) {
  CheckHealth health = initial(Start::fresh, check_policy, {});
  std::string out;
  for (const char result : results) {
    const CheckHealth before = health;
    health = observe(health, check_policy, observation(result));
    out += is_repetition(before, health) ? '=' : '!';
  }
  return out;
}

}  // namespace

TEST_CASE("a result repeats the one before it when nothing follows from it") {
  CHECK(news(policy(0, 1), "+++--++") == "!==!=!=");
  // Every step towards up or down is news, and so is the first result that says nothing.
  CHECK(news(policy(2, 1), "+---") == "!!!!");
  CHECK(news(policy(0, 3), "+-+++++") == "!!!!!==");
  CHECK(news(policy(0, 1), "+??+") == "!!=!");
}

TEST_CASE("another code or weight or state that is asked for is no repetition") {
  const CheckPolicy any = policy(0, 1);
  const auto is_news = [&](auto change) {
    CheckHealth health = observe(initial(Start::fresh, any, {}), any, observation('+'));
    Observation other = observation('+');
    change(other);
    return !is_repetition(health, observe(health, any, other));
  };
  CHECK_FALSE(is_news([](Observation& seen) { seen.text = "another word"; }));
  CHECK(is_news([](Observation& seen) { seen.code = 204; }));
  CHECK(is_news([](Observation& seen) { seen.partial = true; }));
  CHECK(is_news([](Observation& seen) { seen.admin = AdminWish::drain; }));
  CHECK(is_news([](Observation& seen) {
    seen.weight = WeightWish{WeightWish::Kind::percent, 50};
  }));
}

TEST_CASE("a fresh check is up and its very first failure takes the server down") {
  CHECK(course(Start::fresh, policy(3, 1), "-") == "up, down");
  CHECK(course(Start::fresh, policy(3, 1), "?-") == "up, up, down");
}

TEST_CASE("once it has passed a check is forgiven as many failures as retry says") {
  CHECK(course(Start::fresh, policy(2, 1), "+---") == "up, up, falling 1/3, falling 2/3, down");
  CHECK(course(Start::fresh, policy(0, 1), "+-") == "up, up, down");
}

TEST_CASE("a success between failures starts the count again") {
  CHECK(course(Start::adopted_up, policy(1, 1), "-+-+--") ==
        "up, falling 1/2, up, falling 1/2, up, falling 1/2, down");
}

TEST_CASE("an alpha check is init until it has passed or failed") {
  CHECK(course(Start::fresh, policy(1, 1, true), "+") == "init, up");
  CHECK(course(Start::fresh, policy(1, 1, true), "-+") == "init, down, up");
  CHECK(course(Start::fresh, policy(1, 2, true), "++") == "init, rising 1/2, up");
}

TEST_CASE("an adopted server leaves only after all the evidence of a failure, alpha or not") {
  for (const bool alpha : {false, true})
    CHECK(course(Start::adopted_up, policy(2, 1, alpha), "---") ==
          "up, falling 1/3, falling 2/3, down");
}

TEST_CASE("a server found out of service comes back after rise successes") {
  for (const Start start : {Start::adopted_down, Start::adopted_idle}) {
    CHECK(course(start, policy(1, 1), "+") == "init, up");
    CHECK(course(start, policy(1, 2), "+-++") == "init, rising 1/2, down, rising 1/2, up");
    CHECK(course(start, policy(1, 1), "-") == "init, down");
  }
}

TEST_CASE("a failed server comes back after rise successes in a row") {
  CHECK(course(Start::adopted_up, policy(0, 3), "-++-+++") ==
        "up, down, rising 1/3, rising 2/3, down, rising 1/3, rising 2/3, up");
}

TEST_CASE("a result that says nothing of the server changes nothing but the last result") {
  CHECK(course(Start::adopted_up, policy(2, 1), "-?-?-") ==
        "up, falling 1/3, falling 1/3, falling 2/3, falling 2/3, down");
  CHECK(course(Start::adopted_down, policy(0, 2), "+?+") == "init, rising 1/2, rising 1/2, up");
  CHECK(course(Start::fresh, policy(0, 1, true), "??") == "init, init, init");

  const CheckPolicy p = policy(2, 1);
  const CheckHealth before = observe(initial(Start::adopted_up, p, {}), p, observation('-'));
  const CheckHealth after = observe(before, p, observation('?', Time(seconds(9))));
  CHECK(after.last->result == CheckResult::socket_error);
  CHECK(after.streak == before.streak);
  CHECK(after.since == before.since);
}

TEST_CASE("since is the time of the result that turned the verdict") {
  const CheckPolicy p = policy(1, 1);
  CheckHealth health = initial(Start::adopted_up, p, Time(seconds(1)));
  CHECK(health.since == Time(seconds(1)));
  health = observe(health, p, observation('-', Time(seconds(5))));
  CHECK(health.since == Time(seconds(1)));
  health = observe(health, p, observation('-', Time(seconds(6))));
  CHECK(health.since == Time(seconds(6)));
  health = observe(health, p, observation('-', Time(seconds(7))));
  CHECK(health.since == Time(seconds(6)));
}

TEST_CASE("law: a verdict turns only at the end of enough contrary results in a row") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const CheckPolicy p = policy(random.below(4), 1 + random.below(3));
    CheckHealth health = initial(Start::adopted_up, p, {});
    std::string results;
    std::uint32_t contrary = 0;
    for (int i = 0; i < 60; ++i) {
      const char result = random.one_of<char>({'+', '-', '-', '?'});
      const bool was_up = health.up;
      health = observe(health, p, observation(result));
      results += result;
      CAPTURE(seed, results);
      if (result != '?') contrary = (result == '+') == was_up ? 0 : contrary + 1;
      REQUIRE((health.up != was_up) == (contrary == (was_up ? fall(p) : p.rise)));
      if (health.up != was_up) contrary = 0;
    }
  }
}

TEST_CASE("the largest retry there is does not overflow into an early failure") {
  const CheckPolicy p = policy(4294967295, 1);
  CHECK(observe(initial(Start::adopted_up, p, {}), p, observation('-')).up);
  CHECK(text(standing(observe(initial(Start::adopted_up, p, {}), p, observation('-')), p)) ==
        "falling 1/4294967295");
}

TEST_CASE("a server is up when all of its checks are and shows the one that decides") {
  using enum HealthState;
  const auto of = [](const std::vector<Standing>& checks) { return text(standing(checks)); };
  CHECK(of({}) == "nocheck");
  CHECK(of({{up}, {up}}) == "up");
  CHECK(of({{up}, {falling, 1, 3}}) == "falling 1/3");
  CHECK(of({{falling, 1, 3}, {falling, 3, 4}, {falling, 1, 9}}) == "falling 3/4");
  CHECK(of({{up}, {rising, 1, 2}, {falling, 1, 2}}) == "rising 1/2");
  CHECK(of({{rising, 2, 3}, {rising, 1, 3}}) == "rising 1/3");
  CHECK(of({{init}, {rising, 1, 2}, {up}}) == "init");
  CHECK(of({{init}, {down}, {up}}) == "down");
}

TEST_CASE("a mail server's first failure after a start is forgiven like others") {
  CheckPolicy policy{.retry = 1};
  const Observation failed{.result = CheckResult::l7_status};
  CHECK(!observe(initial(Start::fresh, policy, Time{}), policy, failed).up);
  policy.patient_start = true;
  CheckHealth health = observe(initial(Start::fresh, policy, Time{}), policy, failed);
  CHECK(health.up);
  CHECK(!observe(health, policy, failed).up);
}
