#include "health/quorum.h"

#include <catch2/catch.hpp>

#include "test/text/random.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

VirtualServer pool(std::uint32_t quorum, std::uint32_t hysteresis,
                   const std::vector<std::uint32_t>& weights) {
  VirtualServer server;
  server.quorum = quorum;
  server.hysteresis = hysteresis;
  for (const std::uint32_t weight : weights) {
    RealServer real;
    real.settings.weight = weight;
    server.real_servers.push_back(real);
  }
  return server;
}

QuorumLimits limits(std::uint32_t quorum, std::uint32_t hysteresis,
                    const std::vector<std::uint32_t>& weights) {
  return quorum_limits(pool(quorum, hysteresis, weights));
}

}  // namespace

TEST_CASE("quorum is lost below quorum minus hysteresis and gained at quorum plus hysteresis") {
  const QuorumLimits three_of_five = limits(3, 1, {1, 1, 1, 1, 1});
  CHECK(three_of_five == QuorumLimits{.keep = 2, .gain = 4});
  CHECK(quorum(three_of_five, 2, 0, true));
  CHECK_FALSE(quorum(three_of_five, 1, 0, true));
  CHECK_FALSE(quorum(three_of_five, 3, 0, false));
  CHECK(quorum(three_of_five, 4, 0, false));
}

TEST_CASE("by default one server is enough and none is not") {
  const QuorumLimits plain = limits(1, 0, {1, 1});
  CHECK(quorum(plain, 1, 0, true));
  CHECK(quorum(plain, 1, 0, false));
  CHECK_FALSE(quorum(plain, 0, 0, true));
}

TEST_CASE("nothing that serves is never a quorum") {
  CHECK_FALSE(quorum(limits(5, 4, {10}), 0, 0, true));
}

TEST_CASE("servers that nobody has checked yet neither lose quorum nor gain it") {
  const QuorumLimits three_of_five = limits(3, 0, {1, 1, 1, 1, 1});
  CHECK(quorum(three_of_five, 1, 4, true));
  CHECK(quorum(three_of_five, 1, 2, true));
  CHECK_FALSE(quorum(three_of_five, 1, 1, true));
  CHECK_FALSE(quorum(three_of_five, 1, 4, false));
  CHECK_FALSE(quorum(three_of_five, 0, 5, true));
}

TEST_CASE("a quorum above the configured weight is lowered to it") {
  CHECK(limits(10, 0, {1, 2}) == QuorumLimits{.keep = 3, .gain = 3});
}

TEST_CASE("a hysteresis that reaches the quorum is lowered below it") {
  CHECK(limits(2, 7, {5, 5}) == QuorumLimits{.keep = 1, .gain = 3});
}

TEST_CASE("a quorum that was lost can be gained back by all servers together") {
  CHECK(limits(3, 2, {1, 1, 1}) == QuorumLimits{.keep = 1, .gain = 3});
}

TEST_CASE("a virtual server without any weight keeps a quorum of one and no underflow") {
  CHECK(limits(1, 1, {0, 0}) == QuorumLimits{.keep = 1, .gain = 1});
  CHECK(limits(4294967295, 4294967295, {}) == QuorumLimits{.keep = 1, .gain = 1});
}

TEST_CASE("weights are summed without overflow") {
  const std::vector<std::uint32_t> heavy(8, 2147483647);
  CHECK(limits(4294967295, 0, heavy) == QuorumLimits{.keep = 4294967295, .gain = 4294967295});
  CHECK(limits(4294967295, 4294967295, heavy) == QuorumLimits{.keep = 1, .gain = 8589934589});
}

TEST_CASE("law: all servers together always gain quorum and none of them always loses it") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const VirtualServer server = random_virtual_server(random);
    std::uint64_t total = 0;
    for (const RealServer& real : server.real_servers)
      total += real.settings.weight;
    const QuorumLimits found = quorum_limits(server);
    CAPTURE(seed, server.quorum, server.hysteresis, total);
    REQUIRE(found.keep >= 1);
    REQUIRE(found.keep <= found.gain);
    REQUIRE_FALSE(quorum(found, 0, 0, true));
    REQUIRE(quorum(found, total, 0, false) == (total != 0));
  }
}
