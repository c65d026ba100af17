#include "lvsctl/arrangements.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace lvsd::ctl;

namespace {

api::ServerView server(const std::string& name, const std::string& target) {
  api::ServerView out{.service = "web", .server = name};
  out.endpoint = *parse_endpoint("10.0.0.1:80");
  out.checks = {{.kind = "TCP_CHECK",
                 .target = target,
                 .requests = {"connect"},
                 .interval_seconds = 5,
                 .timeout_seconds = 2,
                 .health = {.rise = 1, .fall = 2}}};
  out.policy.emplace();
  return out;
}

const std::string plain_check = "every 5s timeout 2s";

}  // namespace

TEST_CASE("what all servers have in common is said once and of nobody") {
  const std::vector servers = {server("a", "10.0.0.1:80"), server("b", "10.0.0.1:80")};
  CHECK(check_lines(servers) ==
        std::vector<Pieces>{Pieces{"TCP_CHECK", "connect", plain_check, "rise 1 fall 2"}});
  CHECK(drain_lines(servers, false) ==
        std::vector<Pieces>{Pieces{"no limit", "graceful_shutdown no"}});
  CHECK(drain_lines(servers, true).front().back() == "graceful_removal yes");
  CHECK(start_lines(servers).empty());
  CHECK(backup_lines(servers).empty());
  CHECK(check_lines({}).empty());
}

TEST_CASE("what only some have is said with their names, or how many they are") {
  std::vector<api::ServerView> servers;
  for (const char* name : {"a", "b", "c", "d", "e"})
    servers.push_back(server(name, "10.0.0.1:80"));
  servers[1].checks->front().target = "10.0.0.1:8080";
  servers[2].checks->front().target = "10.9.9.9:80";
  servers[3].checks->clear();
  servers[0].checks->push_back(servers[0].checks->front());
  servers[0].policy->slow_start_seconds = 30;
  servers[4].policy->drain_timeout_seconds = 90;
  const auto lines = check_lines(servers);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].back() == "of a, e");
  CHECK(lines[1].front() == "TCP_CHECK port 8080");
  CHECK(lines[1].back() == "of b");
  CHECK(lines[2].front() == "TCP_CHECK 10.9.9.9:80");
  CHECK(lines[3] == Pieces{"none: always up", "of d"});
  CHECK(start_lines(servers) == std::vector<Pieces>{Pieces{"slow_start 30s", "of a"}});
  CHECK(drain_lines(servers, false) ==
        std::vector<Pieces>{Pieces{"no limit", "graceful_shutdown no", "of 4 of 5 servers"},
                            Pieces{"limit 1m30s, then cut", "graceful_shutdown no", "of e"}});
}

TEST_CASE("a removed server and a sorry server without a check do not count") {
  std::vector servers = {server("a", "10.0.0.1:80"), server("gone", "10.0.0.1:80")};
  servers[1].checks.reset();
  servers[1].policy.reset();
  CHECK(check_lines(servers).front().back() == "rise 1 fall 2");
  CHECK(drain_lines(servers, false).size() == 1);
}

TEST_CASE("a check says its other paces where they differ") {
  api::CheckView check = server("a", "10.0.0.1:80").checks->front();
  check.retry_seconds = 1;
  CHECK(check_pieces(check)[2] == "every 5s (falling 1s) timeout 2s");
  check.health.fall = 1;  // nothing is forgiven, so nothing is tried again
  CHECK(check_pieces(check)[2] == plain_check);
  check.fast_interval_seconds = 0.5;
  check.down_interval_seconds = 15;
  CHECK(check_pieces(check)[2] == "every 5s (changing 0.5s, down 15s) timeout 2s");
}

TEST_CASE("backups are said with their masters and how they give way") {
  std::vector servers = {server("a", "10.0.0.1:80"), server("b", "10.0.0.1:80")};
  servers[0].policy->backup = "x";
  servers[0].policy->preempt_delay_seconds = 30;
  servers[0].policy->on_return = "cut";
  servers[1].policy->backup = "y";
  servers[1].policy->preempt = false;
  servers[1].policy->on_return = "drain";
  servers[1].policy->backup_at = 80;
  CHECK(backup_lines(servers) ==
        std::vector<Pieces>{
            Pieces{"preempt yes after 30s", "on_return cut", "x for a"},
            Pieces{"preempt no", "on_return drain", "at 80% of max_connections", "y for b"}});
  std::vector<api::ServerView> many(4, servers[0]);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i].server = "s" + std::to_string(i);
  CHECK(backup_lines(many).front().back() == "for 4 servers");
}

TEST_CASE("a service whose servers all differ is told in a few lines") {
  std::vector<api::ServerView> servers;
  for (int i = 0; i < 9; ++i)
    servers.push_back(server("s" + std::to_string(i), "10.0.0.1:" + std::to_string(8000 + i)));
  const auto lines = check_lines(servers);
  REQUIRE(lines.size() == 6);
  CHECK(lines.back() == Pieces{"and 4 more that differ"});
}
