#include "daemon/wish_text.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

const api::Moment kNow = *api::parse_moment("2026-08-20T14:34:12+09:00");

AdminOverride drain(const std::string& reason = "") {
  AdminOverride wish{.state = AdminState::drain};
  wish.by = {.user = "alice", .reason = reason, .since = kNow.at - 190s};
  return wish;
}

}  // namespace

TEST_CASE("a command says what a wish says and another one does not") {
  AdminOverride wish = drain("it's full");
  wish.by.until = kNow.at + 1h;
  wish.limit = 15min;
  wish.until = Emptiness::all;
  wish.returning = Returning::hard;
  CHECK(command_words(wish, drain(), kNow) ==
        " --reason 'it'\\''s full' --until-time 2026-08-20T15:34:12.000+09:00 --limit 900s "
        "--until all --hard");
  CHECK(command_words(drain(), wish, kNow) ==
        " --reason '' --for none --limit usual --until usual --usual");
  CHECK(command_words(wish, wish, kNow).empty());
  CHECK(command_words(drain("disk"), drain(), kNow) == " --reason disk");
}

TEST_CASE("a wish that was wished already says what changed and what stays") {
  AdminOverride later = drain("disk");
  later.by.until = kNow.at + 1h;
  CHECK(repetition_text(drain("disk"), later, kNow) ==
        "; alice wished so at 14:31:02: until 15:34:12 instead of no end; still reason \"disk\"");
  CHECK(repetition_text(later, drain("fan"), kNow) ==
        "; alice wished so at 14:31:02: reason \"fan\" instead of reason \"disk\", no end instead "
        "of until 15:34:12");
  CHECK(repetition_text(drain(), drain(), kNow) == "; alice wished so at 14:31:02: nothing new");
  AdminOverride hard = drain();
  hard.returning = Returning::hard;
  hard.limit = 90s;
  CHECK(repetition_text(drain(), hard, kNow) ==
        "; alice wished so at 14:31:02: limit 1m30s instead of the usual limit, '--hard' instead "
        "of '--usual'");
}
