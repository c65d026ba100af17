#include "plan/timeouts.h"

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

const Author kAlice{.user = "alice", .uid = 1000, .since = WallTime{}};
constexpr Timeouts kActual{.tcp = 900, .tcp_fin = 120, .udp = 300};
const IpvsTimeouts kFile{.tcp = 1000, .tcp_fin = {}, .udp = {}};

}  // namespace

TEST_CASE("a timeout of an operator beats the file's and leaves the others alone") {
  CHECK(wanted_timeouts(kFile, {}) == kFile);
  const auto wishes = with_timeout({}, TimeoutKind::udp, 60, kFile, kActual, kAlice);
  CHECK(wanted_timeouts(kFile, wishes) == IpvsTimeouts{.tcp = 1000, .tcp_fin = {}, .udp = 60});
  const auto both = with_timeout(wishes, TimeoutKind::tcp, 50, kFile, kActual, kAlice);
  CHECK(wanted_timeouts(kFile, both) == IpvsTimeouts{.tcp = 50, .tcp_fin = {}, .udp = 60});
}

TEST_CASE("a timeout that is taken back is the file's or else what was there first") {
  auto wishes = with_timeout({}, TimeoutKind::udp, 60, kFile, kActual, kAlice);
  const Timeouts then{.tcp = 900, .tcp_fin = 120, .udp = 60};
  wishes = with_timeout(wishes, TimeoutKind::udp, 70, kFile, then, kAlice);
  CHECK(timeout_without(wishes, TimeoutKind::udp, kFile) == 300);
  wishes = with_timeout(wishes, TimeoutKind::tcp, 50, kFile, then, kAlice);
  CHECK(timeout_without(wishes, TimeoutKind::tcp, kFile) == 1000);
  CHECK(timeout_without(wishes, TimeoutKind::tcp_fin, kFile) == 0);  // nobody wished
}

TEST_CASE("a reload drops a timeout of an operator only where the file has changed") {
  auto wishes = with_timeout({}, TimeoutKind::udp, 60, kFile, kActual, kAlice);
  wishes = with_timeout(wishes, TimeoutKind::tcp, 50, kFile, kActual, kAlice);
  CHECK(reloaded(wishes, kFile) == wishes);
  const auto other_tcp = reloaded(wishes, {.tcp = 1001, .tcp_fin = 7, .udp = {}});
  CHECK_FALSE(other_tcp.contains(TimeoutKind::tcp));
  CHECK(other_tcp.contains(TimeoutKind::udp));
  CHECK(reloaded(wishes, {.tcp = {}, .tcp_fin = {}, .udp = 60}).empty());
}

TEST_CASE("timeouts are called as in the file") {
  for (const TimeoutKind kind : timeout_kinds)
    CHECK(parse_timeout_kind(text(kind)) == kind);
  CHECK_FALSE(parse_timeout_kind("tcp_fin"));
  CHECK(timeout(kActual, TimeoutKind::tcp_fin) == 120);
}
