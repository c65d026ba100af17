#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/test_net.h"
#include "test/kernel/web_client.h"

// The lab's own proof: ipvsadm, not lvsd, fills the table, and traffic takes the way it should.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

struct Method {
  std::string option;  // ipvsadm's
  std::string shown;
};

const Method kNat{"-m", "NAT"};
const Method kDirect{"-g", "DR"};
const Method kTunnel{"-i", "TUN"};

std::string rules(Family family, const Method& method, int servers) {
  const std::string service = text(Endpoint{vip(family), 80});
  std::string lines = fmt::format("-A -t {} -s rr\n", service);
  for (int i = 1; i <= servers; ++i)
    lines += fmt::format("-a -t {} -r {} {}\n", service,
                         text(Endpoint{server_address(family, i), 80}), method.option);
  return lines;
}

}  // namespace

TEST_CASE("NAT and DR and TUN carry requests through the VIP to every real server") {
  const Method method = GENERATE(kNat, kDirect, kTunnel);
  const Family family = GENERATE(Family::v4, Family::v6);
  INFO(method.shown << " over " << text(vip(family)));
  TestNet net(2);
  add_ipvs_rules(net.director().net, rules(family, method, 2));

  CHECK(ipvs_table(net.director().net) ==
        fmt::format("tcp {0} rr\n  -> {1} {3} weight 1\n  -> {2} {3} weight 1\n",
                    text(Endpoint{vip(family), 80}), text(Endpoint{server_address(family, 1), 80}),
                    text(Endpoint{server_address(family, 2), 80}), method.shown));
  CHECK(text(get_many(20, net.client().net, {vip(family), 80})) == "s1 10, s2 10");
  CHECK(net.web(1).requests() == 10);

  // Ten requests are at least thirty packets each way; idle devices send a few of their own.
  const NetworkNamespace& s1 = net.server(1).net;
  const bool through_director = packets(s1, "front").sent < 30;
  CHECK(through_director == (method.shown == "NAT"));
  const bool tunnelled = packets(s1, family == Family::v4 ? "tunl0" : "ip6tnl0").received >= 30;
  CHECK(tunnelled == (method.shown == "TUN"));
}

TEST_CASE("what a client sees of a server that is not well") {
  TestNet net(1);
  add_ipvs_rules(net.director().net, rules(Family::v4, kNat, 1));
  const Endpoint service{vip(Family::v4), 80};
  const auto seen = [&] { return text(get(net.client().net, service, 300ms)); };
  REQUIRE(seen() == "s1");

  net.web(1).set(Mood::unavailable);
  CHECK(seen() == "503 from s1");
  net.web(1).set(Mood::hangs);
  CHECK(seen() == "timed out");
  net.web(1).set(Mood::refuses);
  CHECK(seen() == "refused");
  net.web(1).set(Mood::stopped);
  CHECK(seen() == "refused");
  net.web(1).set(Mood::answers);
  CHECK(seen() == "s1");

  net.unplug(1);
  CHECK(seen() == "timed out");
  net.plug(1);
  CHECK(eventually(5s, [&] { return seen() == "s1"; }));
}

TEST_CASE("a connection that is kept open outlives a closed port and not a killed program") {
  TestNet net(2);
  add_ipvs_rules(net.director().net, rules(Family::v6, kDirect, 1));
  Connection connection(net.client().net, {vip(Family::v6), 80});
  REQUIRE(text(connection.ask()) == "s1");
  net.web(1).set(Mood::refuses);
  CHECK(text(connection.ask()) == "s1");
  net.web(1).set(Mood::stopped);
  CHECK(text(connection.ask()) == "reset");
}

TEST_CASE("traffic in the background counts every answer") {
  TestNet net(2);
  add_ipvs_rules(net.director().net, rules(Family::v4, kTunnel, 2));
  Traffic traffic(net.client().net, {vip(Family::v4), 80}, 1ms);
  REQUIRE(eventually(5s, [&] { return net.web(2).requests() >= 20; }));
  net.web(1).set(Mood::refuses);
  const int before = net.web(2).requests();
  REQUIRE(eventually(5s, [&] { return net.web(2).requests() >= before + 20; }));
  const Tally tally = traffic.stop();
  CHECK(tally.at("s1") + 1 >= before);
  CHECK(tally.at("s2") == net.web(2).requests());
  CHECK(tally.at("refused") >= 19);
}
