#include <catch2/catch.hpp>
#include <iostream>
#include <list>
#include <thread>

#include "test/kernel/policy_site.h"

// Many clients at once: bursts against a limit, and a sorry server under load.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// Clients that come and stay.
class Crowd {
 public:
  explicit Crowd(const Site& site) : site_(site) {}

  // All at once.
  Tally burst(int count) {
    Tally tally;
    for (int i = 0; i < count; ++i)
      clients_.push_back(site_.connect());
    auto client = clients_.end();
    for (int i = 0; i < count; ++i)
      ++tally[text((--client)->ask())];
    return tally;
  }
  // Ten a second.
  Tally arrive(int count) {
    Tally tally;
    for (int i = 0; i < count; ++i) {
      clients_.push_back(site_.connect());
      ++tally[text(clients_.back().ask())];
      std::this_thread::sleep_for(100ms);
    }
    return tally;
  }

 private:
  const Site& site_;
  std::list<Connection> clients_;
};

}  // namespace

TEST_CASE("a burst within a load_interval is refused where nobody else serves and not one early") {
  // 16 of 20 connections are 80 percent.
  const bool early = GENERATE(false, true);
  Site site(pair_config(early ? "max_connections 20\n    backup_at 80" : "max_connections 20"));
  REQUIRE(site.becomes({1}));
  Crowd crowd(site);
  CHECK(text(crowd.arrive(16)) == "s1 16");
  CHECK(site.becomes(early ? std::vector{1, 1} : std::vector{1}));

  Tally burst = crowd.burst(10);
  const std::string met = fmt::format("max_connections 20, backup_at {}: a burst of 10 met {}",
                                      early ? 80 : 100, text(burst));
  INFO(met);
  std::cout << met << '\n';
  CHECK(burst["s1"] + burst["s2"] + burst["refused"] == 10);
  if (early) {
    CHECK(burst["refused"] == 0);
  } else {
    CHECK(burst["s1"] == 4);
    CHECK(burst["refused"] >= 1);
  }
  CHECK(site.becomes({1, 1}));
  CHECK(text(crowd.arrive(3)) == "s2 3");
}

TEST_CASE("how soon the backup helps is what load_interval says") {
  const bool soon = GENERATE(true, false);
  const std::string global =
      fmt::format("global_defs {{\n  load_interval {}\n}}\n", soon ? "0.05" : "30");
  Site site(global + pair_config("max_connections 5"));
  REQUIRE(site.becomes({1}));
  Crowd crowd(site);
  Tally tally = crowd.arrive(15);
  INFO(text(tally));
  CHECK(tally["s1"] == 5);
  if (soon) {
    CHECK(tally["refused"] <= 2);
    CHECK(tally["s2"] >= 8);
  } else {
    CHECK(tally["s2"] == 0);  // some of the refusals are not said: ICMP has a limit of its own
  }
}

TEST_CASE(
    "a sorry server that takes over under load loses nobody though lvsd is killed meanwhile") {
  Site site(service_config({.servers = 2, .sorry = 3}), 3);
  REQUIRE(site.becomes({1, 1}));
  Traffic traffic(site.net.client().net, {vip(Family::v4), 80}, 1ms);
  // Pulled cables: whoever is refused was refused by the director.
  site.net.unplug(1);
  site.net.unplug(2);
  CHECK(site.becomes({-1, -1, 1}));
  CHECK(eventually(5s, [&] { return site.net.web(3).requests() > 20; }));
  site.kill();
  const int served = site.net.web(3).requests();
  CHECK(eventually(5s, [&] { return site.net.web(3).requests() > served + 20; }));
  site.start();
  CHECK(site.stays({-1, -1, 1}, 1s));
  site.net.plug(1);
  site.net.plug(2);
  CHECK(site.becomes({1, 1}));
  CHECK(eventually(5s, [&] { return site.net.web(1).requests() > 20; }));
  const Tally tally = traffic.stop();
  INFO(text(tally));
  CHECK_FALSE(tally.contains("refused"));
  CHECK_FALSE(tally.contains("unreachable"));
}
