#include <catch2/catch.hpp>
#include <string>

#include "test/kernel/policy_site.h"

// What holds lvsd back, and persistence, with the traffic they are about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string guarded(std::string_view word, const ServiceOptions& options) {
  return fmt::format("global_defs {{\n  {}\n}}\n", word) + service_config(options);
}

Tally requests(const Site& site, int count) {
  return get_many(count, site.net.client().net, {vip(Family::v4), 80}, 1s);
}

int calm(const Site& site) {
  return ask(site.folder.socket(), "POST /api/v1/services/tcp:10.0.0.100:80/calm").status;
}

bool has(const Site& site, const std::string& entry) {
  return eventually(5s, [&] {
    return ipvs_table(site.net.director().net).find(entry + "\n") != std::string::npos;
  });
}

// Drains the server that clients persist to and returns what they meet then.
std::string met_after_drain(const Site& site) {
  const std::string first = site.who_answers();
  REQUIRE((first == "s1" || first == "s2"));
  CHECK(text(requests(site, 3)) == first + " 3");
  const std::string number = first.substr(1);
  CHECK(site.post("drain", "10.0.1." + number + ":80").status == 200);
  CHECK(has(site, "10.0.1." + number + ":80 NAT weight 0"));
  const std::string then = text(requests(site, 3));
  return then == first + " 3" ? "the same" : then.ends_with(" 3") ? "the other" : then;
}

}  // namespace

TEST_CASE("when most of a pool fails at once the table is held until an operator says so") {
  Site site(guarded("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 2s));
  CHECK(requests(site, 3)["s3"] >= 1);

  site.restart();  // the next one finds the same
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 1s));
  CHECK(calm(site) == 200);
  CHECK(site.becomes({-1, -1, 1}));
  CHECK(text(requests(site, 4)) == "s3 4");
}

TEST_CASE("a panic is over when fewer than that still fail") {
  Site site(guarded("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({1, -1, 1}));
}

TEST_CASE("a server that fails again and again has to pass for longer before it comes in") {
  Site site(guarded("flap_hold 3", {}));
  REQUIRE(site.becomes({1, 1}));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  REQUIRE(site.becomes({1, 1}, 2s));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.stays({-1, 1}, 1500ms));
  CHECK(text(requests(site, 4)) == "s2 4");
  CHECK(site.becomes({1, 1}, 10s));
}

TEST_CASE("a file without most of the servers is applied by force only") {
  const std::string guard = "reload_guard 50";
  Site site(guarded(guard, {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.lvsd->reload(guarded(guard, {.servers = 1}));
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl reload --force' applies it"); }));
  CHECK(site.stays({1, 1, 1}, 500ms));
  site.lvsd->reload(guarded(guard, {.servers = 2}));
  CHECK(site.becomes({1, 1}));
  site.folder.write_config(guarded(guard, {.servers = 1}));
  CHECK(ask(site.folder.socket(), "POST /api/v1/config/reload?force=1").status == 200);
  CHECK(site.becomes({1}));
}

TEST_CASE("clients that persist leave a server that drains where lvsd may say so to the kernel") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(guarded("ipvs_sysctl auto", persistent));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  CHECK(met_after_drain(site) == "the other");
}

TEST_CASE("clients that persist stay with a server that drains where the kernel is as it was") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(service_config(persistent));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  CHECK(site.lvsd->logged("net.ipv4.vs.expire_quiescent_template is 0, so it is not true that"));
  CHECK(met_after_drain(site) == "the same");
}
