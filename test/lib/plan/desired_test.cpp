#include "plan/desired.h"

#include <catch2/catch.hpp>

#include "plan/apply.h"
#include "plan/diff.h"
#include "plan/scheduler.h"
#include "plan/stages.h"
#include "test/text/random.h"
#include "test/text/situation.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

// The rows of the table of cases in plan/desired.h, in its order.

TEST_CASE("a real server that is up or falling or without checks has its weight") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 3 is up\n"
                "real 10.0.0.3:80 NAT weight 2 is falling\n"
                "real 10.0.0.4:80 NAT weight 1 is nocheck\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 3\n"
        "  -> 10.0.0.3:80 NAT weight 2\n"
        "  -> 10.0.0.4:80 NAT weight 1\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "10.0.0.3:80 ACTIVE: its check fails, not yet often enough to take it out\n"
        "10.0.0.4:80 ACTIVE: it has no check\n");
}

TEST_CASE("a real server with weight 0 in the file keeps its connections and gets no new ones") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 0 is up\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 0\n"
        "10.0.0.2:80 DRAINING: weight 0 in the configuration\n");
}

TEST_CASE("a real server with weight 0 in the file stays when quorum is lost") {
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 0 is up\n"
                "sorry 10.0.0.9:80 NAT weight 1\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 0\n"
        "  -> 10.0.0.9:80 NAT weight 1\n"
        "10.0.0.2:80 DRAINING: weight 0 in the configuration\n"
        "10.0.0.9:80 ACTIVE: quorum is lost\n");
}

TEST_CASE("a failed real server is absent") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 is down\n"
                "real 10.0.0.3:80 NAT weight 1 is rising\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "10.0.0.2:80 DOWN: its check failed\n"
        "10.0.0.3:80 DOWN: its check passes, not yet often enough to bring it back\n");
}

TEST_CASE("a failed real server keeps its connections with inhibit_on_failure") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 inhibit is down\n"
                "real 10.0.0.3:80 NAT weight 1 inhibit is rising\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 0\n"
        "  -> 10.0.0.3:80 NAT weight 0\n"
        "10.0.0.2:80 DOWN: its check failed\n"
        "10.0.0.3:80 DOWN: its check passes, not yet often enough to bring it back\n");
}

TEST_CASE("a failed real server keeps its place with sh-fallback and mh-fallback") {
  for (const std::string scheduler : {"sh flags sh-fallback", "mh flags mh-fallback,mh-port"})
    CHECK(outcome("tcp 10.0.0.1:80 " + scheduler +
                  "\n"
                  "real 10.0.0.2:80 DR weight 5 is down\n"
                  "real 10.0.0.3:80 DR weight 5 alpha is init\n"
                  "real 10.0.0.4:80 DR weight 5 is up\n") ==
          "tcp 10.0.0.1:80 " + scheduler +
              "\n"
              "  -> 10.0.0.2:80 DR weight 0\n"
              "  -> 10.0.0.3:80 DR weight 0\n"
              "  -> 10.0.0.4:80 DR weight 5\n"
              "10.0.0.2:80 DOWN: its check failed\n"
              "10.0.0.3:80 INIT: not checked yet\n"
              "10.0.0.4:80 ACTIVE: its checks pass\n");
}

TEST_CASE(
    "a failed real server leaves sh and mh without fallback as its clients would be refused") {
  for (const std::string scheduler : {"sh", "mh flags mh-port", "wlc flags flag-1"})
    CHECK(outcome("tcp 10.0.0.1:80 " + scheduler +
                  "\n"
                  "real 10.0.0.2:80 DR weight 5 is down\n") ==
          "tcp 10.0.0.1:80 " + scheduler +
              "\n"
              "10.0.0.2:80 DOWN: its check failed\n");
}

TEST_CASE("an alpha server is absent until it has passed or idle with inhibit_on_failure") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 alpha is init\n"
                "real 10.0.0.3:80 NAT weight 1 inhibit alpha is init\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.3:80 NAT weight 0\n"
        "10.0.0.2:80 INIT: not checked yet\n"
        "10.0.0.3:80 INIT: not checked yet\n");
}

TEST_CASE("a server found with weight 0 keeps its connections until its check has failed") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 is init found idle\n"
                "real 10.0.0.3:80 NAT weight 1 is down found idle\n"
                "real 10.0.0.4:80 NAT weight 1 is init found down\n"
                "real 10.0.0.5:80 NAT weight 1 is rising found idle\n"
                "real 10.0.0.6:80 NAT weight 1 is rising found down\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 0\n"
        "  -> 10.0.0.5:80 NAT weight 0\n"
        "10.0.0.2:80 INIT: not checked yet\n"
        "10.0.0.3:80 DOWN: its check failed\n"
        "10.0.0.4:80 INIT: not checked yet\n"
        "10.0.0.5:80 DOWN: its check passes, not yet often enough to bring it back\n"
        "10.0.0.6:80 DOWN: its check passes, not yet often enough to bring it back\n");
}

TEST_CASE("when quorum is lost the sorry servers come in and the real servers go out") {
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 is up\n"
                "real 10.0.0.3:80 NAT weight 1 is down\n"
                "sorry 10.0.0.8:80 NAT weight 2\n"
                "sorry 10.0.0.9:80 DR weight 1\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.8:80 NAT weight 2\n"
        "  -> 10.0.0.9:80 DR weight 1\n"
        "10.0.0.2:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.3:80 DOWN: its check failed\n"
        "10.0.0.8:80 ACTIVE: quorum is lost\n"
        "10.0.0.9:80 ACTIVE: quorum is lost\n");
}

TEST_CASE("real servers that give way to the sorry server keep their connections where inhibited") {
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 inhibit is up\n"
                "real 10.0.0.3:80 NAT weight 1 is up\n"
                "sorry 10.0.0.9:80 NAT weight 1\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 0\n"
        "  -> 10.0.0.9:80 NAT weight 1\n"
        "10.0.0.2:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.3:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.9:80 ACTIVE: quorum is lost\n");
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.3:80 NAT weight 1 is up\n"
                "real 10.0.0.4:80 NAT weight 1 is down\n"
                "sorry 10.0.0.9:80 NAT weight 1 inhibit\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.3:80 NAT weight 0\n"
        "  -> 10.0.0.9:80 NAT weight 1\n"
        "10.0.0.3:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.4:80 DOWN: its check failed\n"
        "10.0.0.9:80 ACTIVE: quorum is lost\n");
}

TEST_CASE("real servers keep their places in mh with fallback while the sorry server serves") {
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 mh flags mh-fallback\n"
                "real 10.0.0.2:80 DR weight 5 is up\n"
                "sorry 10.0.0.9:80 DR weight 1\n") ==
        "tcp 10.0.0.1:80 mh flags mh-fallback\n"
        "  -> 10.0.0.2:80 DR weight 0\n"
        "  -> 10.0.0.9:80 DR weight 1\n"
        "10.0.0.2:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.9:80 ACTIVE: quorum is lost\n");
}

TEST_CASE("without a sorry server the loss of quorum takes nothing away") {
  CHECK(outcome("quorum lost\n"
                "tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 is up\n"
                "real 10.0.0.3:80 NAT weight 1 is down\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 1\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "10.0.0.3:80 DOWN: its check failed\n");
}

TEST_CASE("a sorry server at rest is absent or idle with sorry_server_inhibit") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1 is up\n"
                "sorry 10.0.0.8:80 NAT weight 1\n"
                "sorry 10.0.0.9:80 NAT weight 1 inhibit\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 1\n"
        "  -> 10.0.0.9:80 NAT weight 0\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "10.0.0.8:80 STANDBY: quorum holds\n"
        "10.0.0.9:80 STANDBY: quorum holds\n");
}

// Several servers, one destination.

TEST_CASE("a sorry server that is a real server as well stays when quorum is lost and gained") {
  const std::string rest =
      "tcp 10.0.0.1:80 wlc\n"
      "real 10.0.0.2:80 NAT weight 5 is up\n"
      "real 10.0.0.3:80 NAT weight 5 is up\n"
      "sorry 10.0.0.2:80 NAT weight 1\n";
  CHECK(outcome(rest) ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 5\n"
        "  -> 10.0.0.3:80 NAT weight 5\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "10.0.0.3:80 ACTIVE: its checks pass\n"
        "10.0.0.2:80 STANDBY: quorum holds\n");
  CHECK(outcome("quorum lost\n" + rest) ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 1\n"
        "10.0.0.2:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.3:80 STANDBY: quorum is lost, the sorry server serves\n"
        "10.0.0.2:80 ACTIVE: quorum is lost\n");
}

TEST_CASE("a sorry server at rest with inhibit does not silence the real server that it is") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 5 is up\n"
                "sorry 10.0.0.2:80 NAT weight 1 inhibit\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 5\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "10.0.0.2:80 STANDBY: quorum holds\n");
}

TEST_CASE("two ports behind DR are one destination that serves while either server does") {
  const auto with = [](const char* first, const char* second) {
    return outcome(std::string("group web\n"
                               "tcp 10.0.0.1:80 wlc\n"
                               "real 10.0.0.2:8080 DR weight 5 is ") +
                   first + "\nreal 10.0.0.2:8081 DR weight 7 is " + second + "\n");
  };
  CHECK(with("up", "up") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 DR weight 5\n"
        "10.0.0.2:8080 ACTIVE: its checks pass\n"
        "10.0.0.2:8081 ACTIVE: serves through the destination of another server\n");
  CHECK(with("down", "up") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 DR weight 7\n"
        "10.0.0.2:8080 DOWN: its check failed\n"
        "10.0.0.2:8081 ACTIVE: its checks pass\n");
  CHECK(with("down", "down") ==
        "tcp 10.0.0.1:80 wlc\n"
        "10.0.0.2:8080 DOWN: its check failed\n"
        "10.0.0.2:8081 DOWN: its check failed\n");
}

TEST_CASE("an idle server gives its destination to one that takes connections") {
  CHECK(outcome("tcp 10.0.0.1:80 wlc\n"
                "real 10.0.0.2:8080 DR weight 5 inhibit is down\n"
                "real 10.0.0.2:8081 DR weight 7 is up\n"
                "real 10.0.0.2:8082 DR weight 0 is up\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 DR weight 7\n"
        "10.0.0.2:8080 DOWN: its check failed\n"
        "10.0.0.2:8081 ACTIVE: its checks pass\n"
        "10.0.0.2:8082 DRAINING: weight 0 in the configuration\n");
}

// Ports and services.

TEST_CASE("every address and mark of a group is a service with all of the servers") {
  CHECK(outcome("group web\n"
                "tcp 10.0.0.1:80 wlc persistent 300\n"
                "tcp 10.0.0.1:443 wlc persistent 300\n"
                "fwmark 7 wlc persistent 300\n"
                "real 10.0.0.2:8080 NAT weight 1\n"
                "real 10.0.0.3:8080 DR weight 1\n"
                "real 10.0.0.4:8080 TUN weight 1\n"
                "real 10.0.0.5:0 NAT weight 1\n") ==
        "tcp 10.0.0.1:80 wlc persistent 300\n"
        "  -> 10.0.0.2:8080 NAT weight 1\n"
        "  -> 10.0.0.3:80 DR weight 1\n"
        "  -> 10.0.0.4:80 TUN weight 1\n"
        "  -> 10.0.0.5:0 NAT weight 1\n"
        "tcp 10.0.0.1:443 wlc persistent 300\n"
        "  -> 10.0.0.2:8080 NAT weight 1\n"
        "  -> 10.0.0.3:443 DR weight 1\n"
        "  -> 10.0.0.4:443 TUN weight 1\n"
        "  -> 10.0.0.5:0 NAT weight 1\n"
        "fwmark 7 wlc persistent 300\n"
        "  -> 10.0.0.2:8080 NAT weight 1\n"
        "  -> 10.0.0.3:0 DR weight 1\n"
        "  -> 10.0.0.4:0 TUN weight 1\n"
        "  -> 10.0.0.5:0 NAT weight 1\n"
        "10.0.0.2:8080 ACTIVE: its checks pass\n"
        "10.0.0.3:8080 ACTIVE: its checks pass\n"
        "10.0.0.4:8080 ACTIVE: its checks pass\n"
        "10.0.0.5:0 ACTIVE: its checks pass\n");
}

TEST_CASE("in a group of both families a server serves its own and by a tunnel both") {
  CHECK(outcome("group web\n"
                "tcp 10.0.0.1:80 wlc\n"
                "tcp [2001:db8::1]:80 wlc\n"
                "real 10.0.0.2:80 NAT weight 1\n"
                "real [2001:db8::2]:80 DR weight 1\n"
                "real 10.0.0.4:80 TUN weight 1\n"
                "sorry 10.0.0.9:80 NAT weight 1\n") ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.2:80 NAT weight 1\n"
        "  -> 10.0.0.4:80 TUN weight 1\n"
        "tcp [2001:db8::1]:80 wlc\n"
        "  -> 10.0.0.4:80 TUN weight 1\n"
        "  -> [2001:db8::2]:80 DR weight 1\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n"
        "[2001:db8::2]:80 ACTIVE: its checks pass\n"
        "10.0.0.4:80 ACTIVE: its checks pass\n"
        "10.0.0.9:80 STANDBY: quorum holds\n");
}

TEST_CASE("in a group of both families a netmask is for the services of its own") {
  CHECK(outcome("group web\n"
                "tcp 10.0.0.1:80 wlc\n"
                "tcp [2001:db8::1]:80 wlc persistent 300 netmask 64\n") ==
        "tcp 10.0.0.1:80 wlc persistent 300\n"
        "tcp [2001:db8::1]:80 wlc persistent 300 netmask 64\n");
  CHECK(outcome("group web\n"
                "tcp [2001:db8::1]:80 wlc\n"
                "tcp 10.0.0.1:80 wlc persistent 300 netmask 255.255.255.0\n") ==
        "tcp 10.0.0.1:80 wlc persistent 300 netmask 255.255.255.0\n"
        "tcp [2001:db8::1]:80 wlc persistent 300\n");
}

TEST_CASE("a NAT server without a port has the port of its one address") {
  CHECK(text(desired(situation("tcp 10.0.0.1:80 wlc\nreal 10.0.0.5:0 NAT weight 1\n").server,
                     {{{HealthState::up}}})
                 .table) == "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.5:80 NAT weight 1\n");
  CHECK(text(desired(situation("fwmark 7 wlc\nreal 10.0.0.5:0 NAT weight 1\n").server,
                     {{{HealthState::up}}})
                 .table) == "fwmark 7 wlc\n  -> 10.0.0.5:0 NAT weight 1\n");
}

TEST_CASE("thresholds and tunnel options reach the kernel") {
  CHECK(outcome("tcp [2001:db8::1]:80 mh persistent 300 netmask 64\n"
                "real 10.0.0.2:80 TUN gue port 5555 csum weight 3 upper 100 lower 75 is up\n") ==
        "tcp [2001:db8::1]:80 mh persistent 300 netmask 64\n"
        "  -> 10.0.0.2:80 TUN gue port 5555 csum weight 3 upper 100 lower 75\n"
        "10.0.0.2:80 ACTIVE: its checks pass\n");
}

TEST_CASE("what is not in use is sent as the kernel gives it back") {
  VirtualServer server =
      situation("tcp [2001:db8::1]:80 rr\nreal [2001:db8::2]:80 TUN weight 1\n").server;
  server.settings.persistence_netmask = 0xffffffff;  // the default, an IPv4 mask
  server.real_servers[0].settings.forwarding = Forwarding::nat;
  server.real_servers[0].settings.tunnel = {TunnelType::gue, 5555, TunnelChecksum::full};
  const Table table = desired(server, {{{HealthState::up}}}).table;
  const Service& service = table.begin()->second;
  CHECK(service.settings.persistence_netmask == 128);
  CHECK(service.destinations.begin()->second.tunnel == Tunnel{});
  server.settings.persistence_timeout = 300;
  CHECK(desired(server, {{{HealthState::up}}}).table.begin()->second.settings.persistence_netmask ==
        128);
}

// Weight for quorum.

TEST_CASE(
    "what counts for quorum is the weight of what is up, whether the sorry server serves or not") {
  for (const std::string quorum : {"", "quorum lost\n"}) {
    const Situation given = situation(quorum +
                                      "tcp 10.0.0.1:80 wlc\n"
                                      "real 10.0.0.2:80 NAT weight 3 is up\n"
                                      "real 10.0.0.3:80 NAT weight 20 is down\n"
                                      "real 10.0.0.4:80 NAT weight 100 is nocheck\n"
                                      "real 10.0.0.5:80 NAT weight 1000 is init\n"
                                      "real 10.0.0.6:80 NAT weight 10000 is falling\n"
                                      "real 10.0.0.7:80 NAT weight 100000 inhibit is rising\n"
                                      "sorry 10.0.0.9:80 NAT weight 1000000\n");
    CHECK(serving_weight(given.server, given.facts) == 10103);
  }
}

TEST_CASE("only servers that were adopted and not checked since are of unknown weight") {
  const Situation given = situation(
      "tcp 10.0.0.1:80 wlc\n"
      "real 10.0.0.2:80 NAT weight 3 is up found up\n"
      "real 10.0.0.3:80 NAT weight 20 is init found down\n"
      "real 10.0.0.4:80 NAT weight 100 is init found idle\n"
      "real 10.0.0.5:80 NAT weight 1000 alpha is init\n"
      "real 10.0.0.6:80 NAT weight 10000 is down found down\n");
  CHECK(unknown_weight(given.server, given.facts) == 120);
}

// Laws.

TEST_CASE("law: the desired table is accepted by the kernel and names every service") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random, true);
    const Desired result = desired(server, random_facts(server, random));
    CAPTURE(seed, text(result, server));
    REQUIRE(result.table.size() == server.services.size());
    for (const ServiceKey& key : server.services)
      REQUIRE(result.table.contains(key));
    Table kernel;
    for (const Op& op : diff({}, result.table))
      REQUIRE_FALSE(apply(kernel, op));
    REQUIRE(kernel == result.table);
  }
}

TEST_CASE("law: while something healthy and allowed has weight every service is usable") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random, true);
    const PoolFacts facts = random_facts(server, random);
    const bool sorry_serves = !facts.quorum && !server.sorry_servers.empty();
    const bool expected = sorry_serves || serving_weight(server, facts) != 0;
    const Desired result = desired(server, facts);
    CAPTURE(seed, text(result, server));
    for (const auto& entry : result.table)
      REQUIRE(is_usable(entry.second) == expected);
  }
}

TEST_CASE("law: a change of health or quorum leaves no moment without a usable destination") {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random, true);
    const Table before = desired(server, random_facts(server, random)).table;
    const Table after = desired(server, random_facts(server, random)).table;
    const Plan plan = diff(before, after);
    CAPTURE(seed, text(before), text(after), text(plan));
    Table table = before;
    for (const Op& op : plan) {
      REQUIRE_FALSE(apply(table, op));
      for (const auto& [key, service] : before)
        if (is_usable(service) && is_usable(after.at(key))) {
          REQUIRE(is_usable(table.at(key)));
        }
    }
  }
}

TEST_CASE("law: what is decided for a server is what the table has") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random);
    const Desired result = desired(server, random_facts(server, random));
    CAPTURE(seed, text(result, server));
    const auto agrees = [&](const auto& member, const Decision& decision) {
      for (const auto& [key, service] : result.table) {
        const auto entry = service.destinations.find(
            destination_key(server, key, member.endpoint, member.settings.forwarding));
        const bool is_there = entry != service.destinations.end();
        REQUIRE(is_there == (decision.presence != Presence::absent));
        REQUIRE((is_there ? entry->second.weight : 0) == decision.weight);
      }
    };
    for (std::size_t i = 0; i < server.real_servers.size(); ++i)
      agrees(server.real_servers[i], result.real_servers[i]);
    for (std::size_t i = 0; i < server.sorry_servers.size(); ++i)
      agrees(server.sorry_servers[i], result.sorry_servers[i]);
  }
}

TEST_CASE("law: a scheduler that is wished for is as if the file said it") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random, true);
    const PoolFacts facts = random_facts(server, random);
    for (const char* scheduler : {"rr", "sh", "mh"}) {
      PoolFacts wished = facts;
      wished.scheduler = scheduler;
      VirtualServer other = server;
      other.settings = with_scheduler(server.settings, scheduler);
      const Desired result = desired(server, wished);
      const Desired expected = desired(other, facts);
      CAPTURE(seed, scheduler, text(result, server), text(expected, other));
      REQUIRE(result.table == expected.table);
      REQUIRE(result.real_servers == expected.real_servers);
      REQUIRE(result.backups == expected.backups);
      REQUIRE(result.sorry_servers == expected.sorry_servers);
    }
  }
}
