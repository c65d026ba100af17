#include <catch2/catch.hpp>

#include "model/address.h"
#include "model/op.h"
#include "model/table.h"

using namespace lvsd;

TEST_CASE("an address is read strictly and printed in its canonical form") {
  CHECK(text(*parse_address("10.0.0.1")) == "10.0.0.1");
  CHECK(text(*parse_address("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1");
  for (const char* bad : {"", "10.0.0", "010.0.0.1", "10.0.0.256", "10.0.0.1 ", "[::1]",
                          "fe80::1%eth0", "1.2.3.4.5", "::1::", "localhost"})
    CHECK_FALSE(parse_address(bad));
  CHECK_FALSE(parse_address(std::string_view("10.0.0.1\0x", 10)));
}

TEST_CASE("an endpoint needs brackets around IPv6 and around nothing else") {
  CHECK(text(*parse_endpoint("10.0.0.1:80")) == "10.0.0.1:80");
  CHECK(text(*parse_endpoint("[2001:db8::1]:53")) == "[2001:db8::1]:53");
  for (const char* bad : {"10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1",
                          "2001:db8::1:53", "[10.0.0.1]:80", ":80"})
    CHECK_FALSE(parse_endpoint(bad));
}

TEST_CASE("advancing an address carries over every octet and stops at the end of the family") {
  CHECK(text(*advanced(*parse_address("10.0.0.255"), 1)) == "10.0.1.0");
  CHECK(text(*advanced(*parse_address("10.255.255.255"), 2)) == "11.0.0.1");
  CHECK(text(*advanced(*parse_address("2001:db8::ffff"), 1)) == "2001:db8::1:0");
  CHECK_FALSE(advanced(*parse_address("255.255.255.255"), 1));
}

TEST_CASE("a service key is read back from both of its spellings") {
  for (const char* spelled : {"tcp 10.0.0.1:80", "udp [2001:db8::1]:53", "sctp 10.0.0.1:0",
                              "fwmark 7", "fwmark6 4294967295"}) {
    const auto key = parse_service_key(spelled);
    REQUIRE(key);
    CHECK(text(*key) == spelled);
    CHECK(parse_service_key(id(*key)) == key);
  }
  for (const char* bad : {"", "tcp", "icmp 10.0.0.1:80", "fwmark 0", "fwmark x", "tcp 10.0.0.1"})
    CHECK_FALSE(parse_service_key(bad));
}

TEST_CASE("a table is printed one line an entry, in order, without defaults") {
  const auto web = *parse_service_key("tcp 10.0.0.1:80");
  ServiceSettings hashed{
      .scheduler = "mh", .persistence_timeout = 300, .persistence_netmask = 0xffffff00};
  hashed.flags.flag_1 = true;
  hashed.flags.flag_2 = true;
  Table table;
  table[web].settings = hashed;
  table[web].destinations[*parse_endpoint("10.0.0.3:80")] = {.weight = 0};
  table[web].destinations[*parse_endpoint("10.0.0.2:80")] = {
      .forwarding = Forwarding::tunnel,
      .tunnel = {TunnelType::gue, 5555, TunnelChecksum::full},
      .weight = 3,
      .upper_threshold = 100};
  CHECK(text(table) ==
        "tcp 10.0.0.1:80 mh flags mh-fallback,mh-port persistent 300 netmask 255.255.255.0\n"
        "  -> 10.0.0.2:80 TUN gue port 5555 csum weight 3 upper 100\n"
        "  -> 10.0.0.3:80 NAT weight 0\n");
}
