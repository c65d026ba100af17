#include <catch2/catch.hpp>

#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

TEST_CASE("law: a table that is printed is read back") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Table printed = random_table(random);
    CAPTURE(seed, text(printed));
    REQUIRE(table(text(printed)) == printed);
  }
}

TEST_CASE("a table that is written wrongly is refused with its line") {
  for (const char* bad :
       {"tcp 10.0.0.1:80", "icmp 10.0.0.1:80 wlc", "tcp 10.0.0.1:80 wlc persistent",
        "tcp 10.0.0.1:80 wlc flags fast", "-> 10.0.0.2:80 NAT weight 1",
        "tcp 10.0.0.1:80 wlc\n-> 10.0.0.2:80 NAT", "tcp 10.0.0.1:80 wlc\n-> 10.0.0.2:80 weight 1",
        "tcp 10.0.0.1:80 wlc\n-> 10.0.0.2:80 NAT weight 1 uper 3",
        "tcp 10.0.0.1:80 wlc\ntcp 10.0.0.1:80 rr",
        "tcp 10.0.0.1:80 wlc\n-> 10.0.0.2:80 NAT weight 1\n-> 10.0.0.2:80 DR weight 1"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(table(bad), std::invalid_argument);
  }
}

TEST_CASE("random tables use every attribute") {
  std::string all;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    all += text(random_table(random));
  }
  for (const char* word : {"tcp ",
                           "udp ",
                           "sctp ",
                           "fwmark ",
                           "fwmark6 ",
                           "[2001:",
                           " ops",
                           "persistent",
                           "netmask 2",
                           "netmask 0.0.0.0",
                           "pe sip",
                           "mh-fallback",
                           "sh-port",
                           "flag-1",
                           "flag-3",
                           "NAT",
                           "DR",
                           "TUN weight",
                           "gue port",
                           "gre",
                           "remcsum",
                           "weight 0",
                           "weight 2147483647",
                           "upper",
                           "lower"}) {
    CAPTURE(word);
    CHECK(all.find(word) != std::string::npos);
  }
}
