#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "test/kernel/policy_site.h"
#include "test/kernel/udp_server.h"

// `ops`: each datagram is scheduled anew. What the warning LVC067 and docs/topologies/dns.md say of
// it, with the traffic it is about.

using namespace lvsd;
using namespace lvsd::testing;

namespace {

constexpr std::uint16_t port = 5300;

std::string config(std::string_view method, std::string_view more) {
  return fmt::format(
      "virtual_server 10.0.0.100 {0} {{\n  protocol UDP\n  lvs_sched rr\n  lvs_method {1}\n  {2}\n"
      "  real_server 10.0.1.1 {0} {{\n  }}\n  real_server 10.0.1.2 {0} {{\n  }}\n}}\n",
      port, method, more);
}

struct DatagramSite : Site {
  DatagramSite(std::string_view method, std::string_view more) : Site(config(method, more), 2) {
    REQUIRE(gets(fmt::format("10.0.1.2:{} {} weight 1", port, method)));
  }
  UdpServer::Answer counted(std::atomic<int>& count) {
    return [&count](const std::string&, bool) {
      ++count;
      return "answer";
    };
  }

  std::atomic<int> at_first = 0;
  std::atomic<int> at_second = 0;
  UdpServer first{net.server(1), counted(at_first), port};
  UdpServer second{net.server(2), counted(at_second), port};
  UdpFlow flow{net.client().net, {vip(Family::v4), port}};
};

}  // namespace

TEST_CASE("without ops the datagrams of one flow go to one server and its answers come back") {
  DatagramSite site("NAT", "");
  CHECK(site.flow.ask() == "answer");
  CHECK(site.flow.ask() == "answer");
  CHECK(site.at_first + site.at_second == 2);
  CHECK(site.at_first * site.at_second == 0);
  CHECK(sender_of_answer(site.net.client().net, {vip(Family::v4), port}) ==
        fmt::format("10.0.0.100:{}", port));
}

TEST_CASE("with ops and NAT each datagram goes to the next server and no client knows the answer") {
  DatagramSite site("NAT", "ops");
  CHECK(site.flow.ask() == "timed out");
  CHECK(site.flow.ask() == "timed out");
  CHECK(site.at_first == 1);
  CHECK(site.at_second == 1);
  CHECK_THAT(sender_of_answer(site.net.client().net, {vip(Family::v4), port}),
             Catch::StartsWith("10.0.1."));
  CHECK(site.lvsd->logged("leaves with its own address"));
}

TEST_CASE("with ops and DR each datagram of one flow goes to the next server") {
  DatagramSite site("DR", "ops");
  for (int i = 0; i < 4; ++i)
    site.flow.send();
  CHECK(eventually(std::chrono::seconds(5),
                   [&] { return site.at_first == 2 && site.at_second == 2; }));
}
