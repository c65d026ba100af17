#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// Servers fail in all the ways they do; the table and the traffic follow.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// A director with lvsd on it.
struct Site {
  explicit Site(const ServiceOptions& its_options, int servers = 2)
      : options(its_options), net(servers), lvsd(net.director(), written(folder, its_options)) {
    lvsd.wait_ready();
  }
  static const DaemonFolder& written(const DaemonFolder& folder, const ServiceOptions& options) {
    folder.write_config(service_config(options));
    return folder;
  }
  std::string table() const { return ipvs_table(net.director().net); }
  bool becomes(const std::vector<int>& weights) {
    return eventually(5s, [&] { return table() == service_table(options, weights); });
  }
  Tally requests(int count) {
    return get_many(count, net.client().net, {vip(options.family), 80}, 1s);
  }

  ServiceOptions options;
  TestNet net;
  DaemonFolder folder;
  Daemon lvsd;
};

// Watches a service as often as it can and remembers whether it ever stood without a destination.
class GapWatch {
 public:
  explicit GapWatch(const NetworkNamespace& where)
      : thread_([this, &where](std::stop_token stop) {
          while (!stop.stop_requested()) {
            const std::string table = ipvs_table(where);
            ++looks_;
            if (table.find("tcp ") != table.npos && table.find("->") == table.npos) gap_ = true;
          }
        }) {}
  bool saw_gap() const { return gap_; }
  int looks() const { return looks_; }

 private:
  std::atomic<bool> gap_ = false;
  std::atomic<int> looks_ = 0;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("lvsd carries HTTP through the VIP with NAT and DR and TUN over IPv4 and IPv6") {
  const std::string_view method = GENERATE("NAT", "DR", "TUN");
  const Family family = GENERATE(Family::v4, Family::v6);
  INFO(method << " over " << text(vip(family)));
  Site site({.family = family, .method = method});
  CHECK(site.table() == service_table(site.options, {1, 1}));
  CHECK(text(site.requests(10)) == "s1 5, s2 5");
}

TEST_CASE("a server that refuses or is killed or hangs leaves and comes back with its traffic") {
  Site site({});
  const auto fails = [&](const auto& fail, const auto& recover) {
    fail();
    CHECK(site.becomes({-1, 1}));
    CHECK(text(site.requests(6)) == "s2 6");
    recover();
    CHECK(site.becomes({1, 1}));
    CHECK(text(site.requests(6)) == "s1 3, s2 3");
  };
  SECTION("refused") {
    fails([&] { site.net.web(1).set(Mood::refuses); }, [&] { site.net.web(1).set(Mood::answers); });
    CHECK(
        site.lvsd.logged("(10.0.1.1:80) is DOWN, reason: Layer4 connection problem, info: "
                         "\"Connection refused\""));
    CHECK(site.lvsd.logged("1/1 failed. 1 active and 0 backup servers left."));
    CHECK(site.lvsd.logged("(10.0.1.1:80) is UP, reason: Layer4 check passed"));
  }
  SECTION("killed") {
    fails([&] { site.net.web(1).set(Mood::stopped); }, [&] { site.net.web(1).set(Mood::answers); });
  }
  SECTION("gone without a word") {
    fails([&] { site.net.unplug(1); }, [&] { site.net.plug(1); });
    CHECK(site.lvsd.logged("Layer4 timeout"));
  }
}

TEST_CASE("inhibit_on_failure keeps the failed server's connections at weight 0") {
  Site site({.more_server = "inhibit_on_failure"});
  Connection first(site.net.client().net, {vip(Family::v4), 80});
  Connection second(site.net.client().net, {vip(Family::v4), 80});
  const std::string one = text(first.ask());
  Connection& on_s1 = one == "s1" ? first : second;
  REQUIRE(text(on_s1.ask()) == "s1");

  site.net.web(1).set(Mood::refuses);  // its port is closed, its connections live
  CHECK(site.becomes({0, 1}));
  CHECK(text(on_s1.ask()) == "s1");
  CHECK(text(site.requests(4)) == "s2 4");
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({1, 1}));
}

TEST_CASE(
    "the sorry server comes and goes without a moment in which the service has no destination") {
  Site site({.servers = 2, .sorry = 3}, 3);
  REQUIRE(site.becomes({1, 1}));
  const GapWatch watch(site.net.director().net);
  Traffic traffic(site.net.client().net, {vip(Family::v4), 80}, 1ms);
  for (int round = 0; round < 2; ++round) {
    // Pulled cables: whoever is refused then was refused by the director.
    site.net.unplug(1);
    site.net.unplug(2);
    CHECK(site.becomes({-1, -1, 1}));
    CHECK(eventually(5s, [&] { return site.net.web(3).requests() > 20 * (round + 1); }));
    site.net.plug(1);
    site.net.plug(2);
    CHECK(site.becomes({1, 1}));
  }
  const Tally tally = traffic.stop();
  INFO(text(tally) << ", table seen " << watch.looks() << " times");
  CHECK(watch.looks() > 100);
  CHECK_FALSE(watch.saw_gap());
  CHECK_FALSE(tally.contains("refused"));
  CHECK_FALSE(tally.contains("unreachable"));
  CHECK(site.lvsd.logged("has no server available! Using sorry server 10.0.1.3:80."));
  CHECK(site.lvsd.logged("has quorum again, the sorry server leaves."));
}

TEST_CASE("alpha keeps a server out until it has passed a check") {
  const ServiceOptions options{.more = "alpha"};
  TestNet net(2);
  net.web(1).set(Mood::refuses);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon lvsd(net.director(), folder);
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {-1, 1});
  }));
  net.web(1).set(Mood::answers);
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {1, 1});
  }));
}
