#include <catch2/catch.hpp>
#include <string>

#include "test/kernel/policy_site.h"

// What holds lvsd back, with the traffic it is about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

int calm(const Site& site) {
  return ask(site.folder.socket(), "POST /api/v1/services/tcp:10.0.0.100:80/calm").status;
}

}  // namespace

TEST_CASE("when most of a pool fails at once the table is held until an operator says so") {
  Site site(global_and_service("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 2s));
  CHECK(site.requests(3)["s3"] >= 1);

  site.restart();  // the next one finds the same
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 1s));
  CHECK(calm(site) == 200);
  CHECK(site.becomes({-1, -1, 1}));
  CHECK(text(site.requests(4)) == "s3 4");
}

TEST_CASE("a panic is over when fewer than that still fail") {
  Site site(global_and_service("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({1, -1, 1}));
}

TEST_CASE("a server that fails again and again has to pass for longer before it comes in") {
  Site site(global_and_service("flap_hold 3", {}));
  REQUIRE(site.becomes({1, 1}));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  REQUIRE(site.becomes({1, 1}, 2s));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.stays({-1, 1}, 1500ms));
  CHECK(text(site.requests(4)) == "s2 4");
  CHECK(site.becomes({1, 1}, 10s));
}

TEST_CASE("a file without most of the servers is applied by force only") {
  const std::string guard = "reload_guard 50";
  Site site(global_and_service(guard, {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.lvsd->reload(global_and_service(guard, {.servers = 1}));
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl reload --force' applies it"); }));
  CHECK(site.stays({1, 1, 1}, 500ms));
  site.lvsd->reload(global_and_service(guard, {.servers = 2}));
  CHECK(site.becomes({1, 1}));
  site.folder.write_config(global_and_service(guard, {.servers = 1}));
  CHECK(ask(site.folder.socket(), "POST /api/v1/config/reload?force=1").status == 200);
  CHECK(site.becomes({1}));
}
