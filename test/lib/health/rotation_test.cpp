#include "health/rotation.h"

#include <catch2/catch.hpp>

#include "health/observe.h"

using namespace lvsd;

namespace {

// Runs a check of `urls` urls; each letter of `results` is how the next one answered: + or -.
// Returns the urls that were asked for and U or D for what the check was after it.
std::string run(std::uint32_t urls, std::uint32_t retry, bool alpha, std::string_view results) {
  const CheckPolicy policy{.retry = retry, .alpha = alpha};
  CheckHealth health = initial(Start::fresh, policy, Time{});
  Rotation rotation;
  std::string out;
  for (const char result : results) {
    out += std::to_string(rotation.next);
    Observation seen{.result = result == '+' ? CheckResult::l7_ok : CheckResult::l7_status};
    seen.partial = result == '+' && is_partial(rotation, urls);
    const CheckHealth before = health;
    health = observe(health, policy, seen);
    rotation = rotated(rotation, urls, before, health);
    out += health.up ? "U " : "D ";
  }
  return out;
}

}  // namespace

TEST_CASE("the urls of a check are asked for in turn") {
  CHECK(run(3, 1, false, "++++++") == "0U 1U 2U 0U 1U 2U ");
  CHECK(run(1, 1, false, "++") == "0U 0U ");
}

TEST_CASE("a url that fails is asked for again and takes the check down after its retries") {
  CHECK(run(3, 1, false, "++++-+") == "0U 1U 2U 0U 1U 1U ");
  CHECK(run(3, 1, false, "++++--") == "0U 1U 2U 0U 1U 1D ");
  CHECK(run(2, 2, false, "++-+-+---") == "0U 1U 0U 0U 1U 1U 0U 0U 0D ");
}

TEST_CASE("the url that took the check down is asked for alone and then all must pass") {
  CHECK(run(3, 0, false, "++++----++++") == "0U 1U 2U 0U 1D 1D 1D 1D 1D 0D 1D 2U ");
  CHECK(run(1, 0, false, "+-++") == "0U 0D 0D 0U ");
}

TEST_CASE("a url that fails while the check comes back is repeated without starting over") {
  CHECK(run(3, 0, false, "+++-++-++") == "0U 1U 2U 0D 0D 0D 1D 1D 2U ");
}

TEST_CASE("until all urls have passed once the first failure takes the check down") {
  CHECK(run(3, 5, false, "++-") == "0U 1U 2D ");
  CHECK(run(3, 5, false, "+++-") == "0U 1U 2U 0U ");
}

TEST_CASE("an alpha check is up when all urls have passed once") {
  CHECK(run(3, 1, true, "+++") == "0D 1D 2U ");
  CHECK(run(2, 1, true, "-+++") == "0D 0D 0D 1U ");
}

TEST_CASE("a check hurries through its urls while it comes back and has no reason to doubt") {
  CheckHealth health{.up = false, .has_run = true};
  health.last = LastResult{.result = CheckResult::l7_ok, .partial = true};
  CHECK(hurries(health));
  health.last->result = CheckResult::l7_status;
  CHECK(!hurries(health));
  health = {.up = true, .has_run = true, .last = LastResult{.result = CheckResult::l7_ok}};
  CHECK(!hurries(health));
}
