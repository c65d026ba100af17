#include "health/weight.h"

#include <catch2/catch.hpp>
#include <vector>

#include "health/observe.h"

using namespace lvsd;
using Kind = WeightWish::Kind;

namespace {

std::uint32_t weight(std::uint32_t configured, std::vector<WeightWish> wishes) {
  return effective_weight(configured, wishes);
}

}  // namespace

TEST_CASE("a weight is the configured one and what each check contributes") {
  CHECK(weight(5, {}) == 5);
  CHECK(weight(5, {{Kind::none, 7}}) == 5);
  CHECK(weight(5, {{Kind::set, 0}}) == 0);
  CHECK(weight(5, {{Kind::set, 253}}) == 253);
  CHECK(weight(5, {{Kind::add, -9}}) == 0);
  CHECK(weight(5, {{Kind::add, most_weight}}) == most_weight);
  // keepalived: weight 1, file +3, exit code 12
  CHECK(weight(1, {{Kind::add, 3}, {Kind::set, 10}}) == 13);
}

TEST_CASE("a share of the weight is never nothing unless it is asked for") {
  CHECK(weight(10, {{Kind::percent, 50}}) == 5);
  CHECK(weight(1, {{Kind::percent, 1}}) == 1);
  CHECK(weight(10, {{Kind::percent, 0}}) == 0);
  CHECK(weight(10, {{Kind::percent, 250}}) == 25);
}

TEST_CASE("of several wishes the strongest holds") {
  CHECK(effective_wish(std::vector<AdminWish>{}) == AdminWish::none);
  CHECK(effective_wish(std::vector{AdminWish::none, AdminWish::maintenance, AdminWish::drain}) ==
        AdminWish::maintenance);
}

TEST_CASE("a wish holds until the check says otherwise") {
  const CheckPolicy policy;
  CheckHealth health = initial(Start::fresh, policy, Time{});
  Observation seen{.result = CheckResult::process_ok};
  seen.weight = WeightWish{Kind::set, 7};
  seen.admin = AdminWish::drain;
  health = observe(health, policy, seen);
  seen.weight.reset();
  seen.admin.reset();
  health = observe(health, policy, seen);
  CHECK(health.weight == WeightWish{Kind::set, 7});
  CHECK(health.admin == AdminWish::drain);
  seen.weight = WeightWish{};
  seen.admin = AdminWish::none;
  health = observe(health, policy, seen);
  CHECK(health.weight == WeightWish{});
  CHECK(health.admin == AdminWish::none);
}
