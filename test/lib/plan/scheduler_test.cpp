#include "plan/scheduler.h"

#include <catch2/catch.hpp>

#include "config/scan.h"
#include "config/schedulers.h"

using namespace lvsd;

namespace {

ServiceSettings settings(const std::string& scheduler, unsigned bits) {
  return {.scheduler = scheduler,
          .flags = {.one_packet = (bits & 1U) != 0,
                    .flag_1 = (bits & 2U) != 0,
                    .flag_2 = (bits & 4U) != 0,
                    .flag_3 = (bits & 8U) != 0},
          .persistence_timeout = 300,
          .persistence_netmask = 0xffffff00,
          .persistence_engine = "sip"};
}

template <class Check>
void for_all(const Check& check) {
  each_word(scheduler_argument().choices, [&](std::string_view from) {
    each_word(scheduler_argument().choices, [&](std::string_view to) {
      for (unsigned bits = 0; bits < 16; ++bits)
        check(settings(std::string(from), bits), std::string(to));
    });
  });
}

}  // namespace

TEST_CASE("law: another scheduler leaves ops and persistence and adds no flag") {
  for_all([](const ServiceSettings& file, const std::string& to) {
    const ServiceSettings served = with_scheduler(file, to);
    CAPTURE(text(file, Family::v4), text(served, Family::v4));
    REQUIRE(served.scheduler == to);
    REQUIRE(served.flags.one_packet == file.flags.one_packet);
    REQUIRE((file.flags.flag_1 || !served.flags.flag_1));
    REQUIRE((file.flags.flag_2 || !served.flags.flag_2));
    REQUIRE((file.flags.flag_3 || !served.flags.flag_3));
    ServiceSettings back = served;
    back.scheduler = file.scheduler;
    back.flags = file.flags;
    REQUIRE(back == file);
  });
}

TEST_CASE("law: the scheduler of the file changes nothing") {
  for_all([](const ServiceSettings& file, const std::string& to) {
    if (to == file.scheduler) REQUIRE(with_scheduler(file, to) == file);
  });
}

TEST_CASE("fallback and port go from sh to mh and back and to no other scheduler") {
  CHECK(text(with_scheduler(settings("sh", 6), "mh"), Family::v4)
            .find("mh flags mh-fallback,mh-port") == 0);
  CHECK(text(with_scheduler(settings("mh", 6), "sh"), Family::v4)
            .find("sh flags sh-fallback,sh-port") == 0);
  for (const char* other : {"rr", "wlc", "dh", "lblc"}) {
    CHECK(scheduler_flag_names(with_scheduler(settings("mh", 14), other)).empty());
    CHECK(scheduler_flag_names(with_scheduler(settings(other, 14), "mh")).empty());
  }
}
