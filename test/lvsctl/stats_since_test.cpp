#include "lvsctl/stats_since.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace lvsd::ctl;

namespace {

const api::Moment at = *api::parse_moment("2026-08-20T14:34:12.201+09:00");

// A service with one server, which count the same but for what the service has more.
std::vector<api::ServiceStatsView> stats(std::uint64_t connections, std::uint64_t more = 0) {
  api::ServiceStatsView service{.service = "web 1"};
  service.counters = {.connections = connections + more, .in_packets = 7 * connections};
  api::ServerStatsView server{.server = "10.0.0.1:80", .role = "primary"};
  server.counters = {.connections = connections, .in_packets = 7 * connections};
  service.servers.push_back(server);
  return {service};
}

std::optional<std::uint64_t> server_connections(const std::vector<api::ServiceStatsView>& stats) {
  return stats.front().servers.front().counters.connections;
}

}  // namespace

TEST_CASE("what came since an earlier call is the difference and what is not known stays so") {
  auto now = stats(15, 2);
  const Gaps gaps = leave_difference(now, earlier_stats(stats(10), "/run/lvsd.sock", at));
  CHECK(gaps.restarted + gaps.unknown == 0);
  CHECK(now.front().counters.connections == 7);
  CHECK(server_connections(now) == 5);
  CHECK(now.front().counters.in_packets == 35);
  CHECK_FALSE(now.front().counters.out_bytes);
}

TEST_CASE("counters that were set to 0 have what came after that and new ones have nothing") {
  auto now = stats(3);
  CHECK(leave_difference(now, earlier_stats(stats(10), "s", at)).restarted == 2);
  CHECK(server_connections(now) == 3);
  CHECK(leave_difference(now, earlier_stats({}, "s", at)).unknown == 2);
  CHECK_FALSE(server_connections(now));
}

TEST_CASE("what is kept of a call is read back and nothing else is") {
  const EarlierStats kept = earlier_stats(stats(10), "/run/lvsd/lvsd.sock", at);
  const std::string text = kept_text(kept);
  const auto read = parse_kept(text);
  REQUIRE(read);
  CHECK(read->socket == kept.socket);
  CHECK(read->at == at);
  CHECK(read->counters == kept.counters);
  CHECK_FALSE(parse_kept(""));
  CHECK_FALSE(parse_kept("lvsctl stats 2" + text.substr(14)));
  CHECK_FALSE(parse_kept(text + "web\t1 2 3 4 x\n"));
  CHECK_FALSE(parse_kept(text + "web\t1 2 3 4 5 6\n"));
}
