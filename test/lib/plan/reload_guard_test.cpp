#include "plan/reload_guard.h"

#include <catch2/catch.hpp>

#include "test/text/situation.h"

using namespace lvsd;
using lvsd::test::config_of;

namespace {

const char* const kWeb =
    "tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\nreal 10.0.0.3:80 NAT weight 1\n";
const char* const kMail =
    "tcp 10.0.0.1:25 wlc\nreal 10.0.0.2:25 NAT weight 1\nreal 10.0.0.3:25 NAT weight 1\n";

}  // namespace

TEST_CASE("a reload that removes more than reload_guard allows is stopped with the numbers") {
  CHECK(guarded(config_of(kWeb, kMail), config_of(kWeb), 49) ==
        "it removes 2 of 4 real servers and 1 whole services, and reload_guard allows 49 percent");
  CHECK_FALSE(guarded(config_of(kWeb, kMail), config_of(kWeb), 50));
  CHECK(guarded(config_of(kWeb, kMail), {}, 99));
  CHECK_FALSE(guarded(config_of(kWeb, kMail), {}, 100));
}

TEST_CASE("without reload_guard any reload may remove everything") {
  CHECK_FALSE(guarded(config_of(kWeb, kMail), {}, 0));
}

TEST_CASE("a reload that changes what stays is not stopped") {
  Config next = config_of(kMail, kWeb);
  next.virtual_servers[0].name = "mail";
  next.virtual_servers[0].real_servers[0].settings.weight = 9;
  CHECK_FALSE(guarded(config_of(kWeb, kMail), next, 1));
  CHECK_FALSE(guarded({}, next, 1));
}
