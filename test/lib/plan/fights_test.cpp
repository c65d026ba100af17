#include "plan/fights.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::Random;

namespace {

const std::string kServer = "tcp 10.0.0.1:80 -> 10.0.0.2:80";
const std::string kOther = "tcp 10.0.0.1:80 -> 10.0.0.3:80";
const Time kBegin{1000h};

}  // namespace

TEST_CASE("the fifth repair of an entry within a minute begins a fight over it alone") {
  Fights fights;
  for (int i = 0; i < 4; ++i)
    CHECK_FALSE(fights.note_repair(kServer, kBegin + i * 10s));
  CHECK_FALSE(fights.note_repair(kOther, kBegin + 40s));
  CHECK(fights.note_repair(kServer, kBegin + 50s));
  CHECK(fights.going_on() == std::vector{kServer});
  CHECK(fights.holds(kServer, kBegin + 51s));
  CHECK_FALSE(fights.holds(kOther, kBegin + 51s));
}

TEST_CASE("five repairs over more than a minute are no fight") {
  Fights fights;
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(fights.holds(kServer, kBegin + i * 16s));
    CHECK_FALSE(fights.note_repair(kServer, kBegin + i * 16s));
  }
  CHECK(fights.going_on().empty());
}

TEST_CASE("in a fight the pauses between repairs are 20 and 40 and 80 and then 120 seconds") {
  Fights fights;
  Time now = kBegin;
  for (int i = 0; i < 5; ++i)
    fights.note_repair(kServer, now);
  for (const Duration pause : {20s, 40s, 80s, 120s, 120s}) {
    CHECK(fights.holds(kServer, now + pause - 1ms));
    CHECK_FALSE(fights.holds(kServer, now + pause));
    now += pause;
    CHECK_FALSE(fights.note_repair(kServer, now));
  }
}

TEST_CASE("a fight is over when a repair has lasted for its pause and a minute") {
  Fights fights;
  for (int i = 0; i < 5; ++i)
    fights.note_repair(kServer, kBegin);
  fights.note_repair(kServer, kBegin + 20s);
  CHECK(fights.ended(kBegin + 20s + 40s + 60s).empty());
  CHECK(fights.ended(kBegin + 20s + 40s + 60s + 1s) == std::vector{kServer});
  CHECK(fights.going_on().empty());
  CHECK(fights.ended(kBegin + 1h).empty());
}

TEST_CASE("law: an entry is held in fights only and never longer than the longest pause") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const FightRules rules;
    Fights fights;
    std::vector<Time> repairs;
    Time now = kBegin;
    for (int i = 0; i < 60; ++i) {
      now += std::chrono::seconds(random.below(random.chance(80) ? 20 : 300));
      fights.ended(now);
      const bool is_held = fights.holds(kServer, now);
      const bool is_fought = !fights.going_on().empty();
      if (is_held) {
        REQUIRE(is_fought);
        REQUIRE(now - repairs.back() < rules.longest_pause);
        // Some five repairs that began it lie behind.
        REQUIRE(repairs.size() >= rules.repairs);
        continue;
      }
      if (is_fought) REQUIRE(now - repairs.back() >= rules.first_pause);
      repairs.push_back(now);
      const bool five_within_a_minute =
          repairs.size() >= 5 && now - repairs[repairs.size() - 5] <= rules.within;
      const bool begins = fights.note_repair(kServer, now);
      REQUIRE(begins == (five_within_a_minute && !is_fought));
    }
  }
}
