#include "model/connection.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;
using lvsd::test::Random;

namespace {

const std::string kEstablished =
    "TCP C6336407 9C40 0A000064 0050  0A000101 0050 ESTABLISHED     899";
const std::string kSix =
    "UDP 2001:0db8:0000:0000:0000:0000:0000:0001 C350 "
    "2001:0db8:0000:0000:0000:0000:0000:0100 0035 "
    "2001:0db8:0001:0000:0000:0000:0000:0002 0035 UDP             299";

std::string spelled(const std::optional<Connection>& connection) {
  if (!connection) return "nothing";
  return connection->protocol + " " + text(connection->client) + " " + text(connection->service) +
         " " + text(connection->server) + " " + connection->state + " " +
         std::to_string(connection->expires_seconds) +
         (is_template(*connection) ? " template" : "") +
         (connection->engine.empty() ? ""
                                     : " " + connection->engine + " " + connection->engine_data);
}

}  // namespace

TEST_CASE("lines of the kernel's list of connections are read as what they are") {
  CHECK(spelled(parse_connection(kEstablished)) ==
        "tcp 198.51.100.7:40000 10.0.0.100:80 10.0.1.1:80 ESTABLISHED 899");
  CHECK(spelled(parse_connection(kSix)) ==
        "udp [2001:db8::1]:50000 [2001:db8::100]:53 [2001:db8:1::2]:53 UDP 299");
  // An IPv4 server behind an IPv6 service.
  CHECK(spelled(parse_connection("TCP 2001:0db8:0000:0000:0000:0000:0000:0001 C350 "
                                 "2001:0db8:0000:0000:0000:0000:0000:0100 0050  0A000101 0050 "
                                 "FIN_WAIT        119\n")) ==
        "tcp [2001:db8::1]:50000 [2001:db8::100]:80 10.0.1.1:80 FIN_WAIT 119");
}

TEST_CASE("persistence templates are told from connections") {
  CHECK(spelled(parse_connection(
            "TCP C6336407 0000 0A000064 0050  0A000101 0050 ASSURED         298")) ==
        "tcp 198.51.100.7:0 10.0.0.100:80 10.0.1.1:80 ASSURED 298 template");
  CHECK(spelled(parse_connection(
            "IP  C6336407 0000 00000007 0000  0A000101 0000 NONE             60")) ==
        "ip 198.51.100.7:0 0.0.0.7:0 10.0.1.1:0 NONE 60 template");
  CHECK(spelled(parse_connection(
            "UDP C6336407 0000 0A000064 13C4  0A000101 13C4 UDP             250 sip a84b4c76")) ==
        "udp 198.51.100.7:0 10.0.0.100:5060 10.0.1.1:5060 UDP 250 template sip a84b4c76");
}

TEST_CASE("the header and what is cut off are no connections and a late timer is no age") {
  CHECK(spelled(parse_connection("Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       "
                                 "Expires PEName PEData")) == "nothing");
  CHECK(spelled(parse_connection("")) == "nothing");
  for (std::size_t size = 0; size + 3 < kEstablished.size(); ++size) {
    CAPTURE(size);
    CHECK(spelled(parse_connection(kEstablished.substr(0, size))) == "nothing");
  }
  CHECK(parse_connection("TCP C6336407 9C40 0A000064 0050  0A000101 0050 CLOSE 18446744073709551")
            ->expires_seconds == 0);
}

TEST_CASE("law: no line whatever it holds does harm") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    std::string line = random.chance(50) ? kEstablished : kSix;
    for (std::uint32_t i = 0; i <= random.below(5); ++i)
      line[random.below(static_cast<std::uint32_t>(line.size()))] =
          static_cast<char>(random.below(256));
    (void)parse_connection(line);
  }
}

TEST_CASE("a network holds the addresses that share its first bits") {
  const auto holds = [](std::string_view network, std::string_view address) {
    return contains(parse_network(network).value(), parse_address(address).value());
  };
  CHECK(holds("198.51.100.0/24", "198.51.100.255"));
  CHECK_FALSE(holds("198.51.100.0/24", "198.51.101.0"));
  CHECK(holds("198.51.100.128/25", "198.51.100.200"));
  CHECK_FALSE(holds("198.51.100.128/25", "198.51.100.100"));
  CHECK(holds("198.51.100.7", "198.51.100.7"));
  CHECK_FALSE(holds("198.51.100.7", "198.51.100.6"));
  CHECK(holds("0.0.0.0/0", "203.0.113.1"));
  CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  for (const char* wrong : {"", "/24", "10.0.0.0/33", "10.0.0.0/", "2001:db8::/129", "10.0.0.0/a"})
    CHECK_FALSE(parse_network(wrong).has_value());
}

TEST_CASE("a filter asks for connections by service and server and state and client") {
  const Connection connection = parse_connection(kEstablished).value();
  const auto with = [&connection](const ConnectionFilter& filter) {
    return matches(filter, connection);
  };
  CHECK(with({}));
  CHECK(with({.services = {*parse_service_key("tcp 10.0.0.100:80")}}));
  CHECK(with({.services = {*parse_service_key("udp 10.0.0.1:53"),
                           *parse_service_key("tcp 10.0.0.100:80")}}));
  CHECK_FALSE(with({.services = {*parse_service_key("udp 10.0.0.100:80")}}));
  CHECK_FALSE(with({.services = {*parse_service_key("tcp 10.0.0.100:81")}}));
  CHECK(with({.services = {*parse_service_key("fwmark 7")},
              .servers_of_marks = {*parse_endpoint("10.0.1.1:80")}}));
  CHECK_FALSE(with({.services = {*parse_service_key("fwmark 7")},
                    .servers_of_marks = {*parse_endpoint("10.0.1.2:80")}}));
  CHECK(with({.server = parse_endpoint("10.0.1.1:80")}));
  CHECK(with({.server = Endpoint{*parse_address("10.0.1.1"), 0}}));
  CHECK_FALSE(with({.server = parse_endpoint("10.0.1.1:81")}));
  CHECK(with({.state = "established"}));
  CHECK_FALSE(with({.state = "FIN_WAIT"}));
  CHECK(with({.client = parse_network("198.51.100.0/24")}));
  CHECK_FALSE(with({.client = parse_network("198.51.101.0/24")}));
}
