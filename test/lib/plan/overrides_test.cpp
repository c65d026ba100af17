#include "plan/overrides.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

const WallTime kThen{1'700'000'000s};

AdminOverride drain_by(const std::string& user, WallTime since) {
  AdminOverride wish{.state = AdminState::drain};
  wish.by = {.user = user, .uid = 1000, .since = since};
  return wish;
}

AdminOverride alices() {
  AdminOverride wish = drain_by("alice", kThen);
  wish.by.reason = "kernel patch";
  wish.by.until = kThen + 2h;
  wish.limit = 15min;
  wish.until = Emptiness::all;
  wish.returning = Returning::soft;
  return wish;
}

const WallTime kLater = kThen + 10min;

}  // namespace

TEST_CASE("a second drain that says nothing leaves the first as it is") {
  const AdminOverride first = alices();
  CHECK(repeated(&first, drain_by("bob", kLater), {}) == first);
}

TEST_CASE("what a second drain says takes the place of what the first said and the rest stays") {
  const AdminOverride first = alices();
  AdminOverride second = drain_by("bob", kLater);
  second.by.reason = "disk";
  AdminOverride now = repeated(&first, second, {.reason = true});
  CHECK(now.by.reason == "disk");
  CHECK(now.by.user == "bob");
  CHECK(now.by.since == kThen);
  CHECK(now.by.until == kThen + 2h);
  CHECK(now.limit == 15min);
  CHECK(now.until == Emptiness::all);
  CHECK(now.returning == Returning::soft);

  second.by.until = kLater + 5h;
  second.limit = 1min;
  second.until = Emptiness::active;
  second.returning = Returning::hard;
  now = repeated(&first, second, {.end = true, .limit = true, .until = true, .returning = true});
  CHECK(now.by.reason == "kernel patch");
  CHECK(now.by.until == kLater + 5h);
  CHECK(now.limit == 1min);
  CHECK(now.until == Emptiness::active);
  CHECK(now.returning == Returning::hard);
}

TEST_CASE("a second drain that says there is no end or reason takes them back") {
  const AdminOverride first = alices();
  const AdminOverride now =
      repeated(&first, drain_by("bob", kLater), {.reason = true, .end = true, .limit = true});
  CHECK(now.by.reason.empty());
  CHECK_FALSE(now.by.until);
  CHECK(now.limit == Duration::zero());
}

TEST_CASE("who says again what was said already does not become the one who wishes it") {
  const AdminOverride first = alices();
  AdminOverride second = drain_by("bob", kLater);
  second.by.reason = "kernel patch";
  CHECK(repeated(&first, second, {.reason = true}).by.user == "alice");
}

TEST_CASE("a wish for another state begins anew") {
  const AdminOverride first = alices();
  AdminOverride second = drain_by("bob", kLater);
  second.state = AdminState::disabled;
  CHECK(repeated(&first, second, {}) == second);
  CHECK(repeated(nullptr, second, {.reason = true}) == second);
}

TEST_CASE(
    "a number that is wished for again keeps what is not said anew, another one begins anew") {
  const NumberOverride first{.value = 5, .hides = 10, .by = alices().by};
  NumberOverride second{.value = 5, .hides = 10, .by = drain_by("bob", kLater).by};
  CHECK(repeated(&first, second, {}) == first);
  second.by.reason = "fan";
  const NumberOverride now = repeated(&first, second, {.reason = true});
  CHECK(now.by.user == "bob");
  CHECK(now.by.reason == "fan");
  CHECK(now.by.since == kThen);
  CHECK(now.by.until == first.by.until);
  second.value = 6;
  CHECK(repeated(&first, second, {}) == second);
  CHECK(repeated(nullptr, second, {}) == second);
}

TEST_CASE("a scheduler that is wished for again keeps what is not said anew") {
  const SchedulerOverride first{.value = "mh", .hides = "wlc", .by = alices().by};
  SchedulerOverride second{.value = "mh", .hides = "wlc", .by = drain_by("bob", kLater).by};
  CHECK(repeated(&first, second, {}) == first);
  second.by.reason = "fan";
  const SchedulerOverride now = repeated(&first, second, {.reason = true});
  CHECK(now.by.user == "bob");
  CHECK(now.by.reason == "fan");
  CHECK(now.by.since == kThen);
  CHECK(now.by.until == first.by.until);
  second.value = "sh";
  CHECK(repeated(&first, second, {}) == second);
  CHECK(repeated(nullptr, second, {}) == second);
}

TEST_CASE("a scheduler that is wished for outlives all but another scheduler in the file") {
  const SchedulerOverride wish{.value = "mh", .hides = "sh", .by = {}};
  VirtualServer server;
  server.settings.scheduler = "sh";
  CHECK(outlives(wish, server));
  server.settings.flags.flag_1 = true;
  server.settings.persistence_timeout = 300;
  CHECK(outlives(wish, server));
  server.settings.scheduler = "mh";
  CHECK_FALSE(outlives(wish, server));
}
