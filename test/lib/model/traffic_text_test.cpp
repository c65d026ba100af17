#include "model/traffic_text.h"

#include <catch2/catch.hpp>

using namespace lvsd;

TEST_CASE("the kernel's sums are read in their order and as hexadecimal numbers") {
  const auto read = parse_ipvs_stats(
      "   Total Incoming Outgoing         Incoming         Outgoing\n"
      "   Conns  Packets  Packets            Bytes            Bytes\n"
      " 16AA370 E33656E5        0     51D8C8883AB3               1F\n\n"
      " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"
      "       4     1FB3        0           1282A8F                0\n");
  REQUIRE(read);
  CHECK(*read == TrafficCounters{23765872, 3811989221, 0, 89991519156915, 31});
}

TEST_CASE("sums of another shape are not read at all") {
  CHECK_FALSE(parse_ipvs_stats(""));
  CHECK_FALSE(parse_ipvs_stats("a\nb\n"));
  CHECK_FALSE(parse_ipvs_stats("a\nb\n 1 2 3 4\n 5"));
  CHECK_FALSE(parse_ipvs_stats("a\nb\n 1 2 x 4 5\n"));
  CHECK_FALSE(parse_ipvs_stats("a\nb\n 1 2 10000000000000000 4 5\n"));
}

TEST_CASE("what each CPU has counted is read up to the sum of them") {
  const auto read = parse_ipvs_cpu_stats(
      "       Total Incoming Outgoing         Incoming         Outgoing\n"
      "CPU    Conns  Packets  Packets            Bytes            Bytes\n"
      "  0       10       1F        0              10A                0\n"
      "  B        1        2        3                4                5\n"
      "  ~       11       21        3              10E                5\n\n"
      "     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"
      "           0        0        0                0                0\n");
  REQUIRE(read);
  CHECK(*read == std::vector<CpuTraffic>{{0, {16, 31, 0, 266, 0}}, {11, {1, 2, 3, 4, 5}}});
  CHECK_FALSE(parse_ipvs_cpu_stats(""));
  CHECK_FALSE(parse_ipvs_cpu_stats("a\nb\n  0 1 2 3 4 5\n"));
  CHECK_FALSE(parse_ipvs_cpu_stats("a\nb\n  0 1 2 x 4 5\n  ~ 1 2 3 4 5\n"));
}
