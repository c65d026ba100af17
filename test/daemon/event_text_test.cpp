#include "daemon/event_text.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "daemon/log.h"
#include "test/text/situation.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::situation;

namespace {

// The log of a virtual server whose checks end as they are told.
class Log {
 public:
  explicit Log(std::string_view server) : Log(situation(server).server) {}
  explicit Log(VirtualServer server) {
    Config config;
    config.virtual_servers.push_back(std::move(server));
    pools_.take(std::move(config), {}, now_);
  }

  std::string pass(std::uint32_t server) { return seen(server, CheckResult::l4_ok, {}); }
  std::string refuse(std::uint32_t server) {
    return seen(server, CheckResult::l4_refused, "Connection refused");
  }
  std::string time_out(std::uint32_t server) { return seen(server, CheckResult::l4_timeout, {}); }

  // What the lines of the last call are about: "server web/web01 DOWN (…);".
  std::string subjects;
  // What programs are told beside: "10.0.0.2:80 L7STS/503 3ms 1+0;".
  std::string facts;

 private:
  std::string seen(std::uint32_t server, CheckResult result, std::string detail) {
    const Observation observation{
        .result = result, .text = std::move(detail), .duration = 2000999us, .at = now_ += 1s};
    const auto change = pools_.observe({0, server, 0}, observation);
    std::string out;
    if (!change) return out;
    subjects.clear();
    facts.clear();
    for (const LogLine& line : event_lines(pools_, *change, observation)) {
      out += std::string(text(line.level)) + " " + line.text + "\n";
      REQUIRE(line.subject.has_value());
      const EventSubject& subject = *line.subject;
      subjects += fmt::format("{} {}/{} {}->{} ({});", text(subject.kind), subject.service,
                              subject.server, subject.before, subject.after, subject.reason);
      facts += fmt::format("{} {}/{} {}ms {}+{};", subject.address, subject.result,
                           subject.code.value_or(-1), subject.duration_ms.value_or(-1),
                           subject.active_left.value_or(99), subject.backup_left.value_or(99));
    }
    return out;
  }

  Pools pools_;
  Time now_{1000s};
};

const char* const kWeb =
    "tcp 10.0.0.1:80 wlc\n"
    "real 10.0.0.2:80 NAT weight 1\n"
    "real 10.0.0.3:80 NAT weight 1\n";

}  // namespace

TEST_CASE("the log says in HAProxy's words why a server is down and how many are left") {
  Log log(kWeb);
  CHECK(log.refuse(0) ==
        "warning Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is DOWN, reason: Layer4 "
        "connection problem, info: \"Connection refused\", check duration: 2000ms, 1/1 failed. "
        "1 active and 0 backup servers left.\n");
  CHECK(log.facts == "10.0.0.2:80 L4CON/-1 2000ms 1+0;");
}

TEST_CASE("the log counts the failures that took a server out") {
  Log log(kWeb);
  log.pass(0);
  CHECK(log.time_out(0).empty());
  CHECK(log.time_out(0) ==
        "warning Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is DOWN, reason: Layer4 "
        "timeout, check duration: 2000ms, 2/2 failed. 1 active and 0 backup servers left.\n");
  CHECK(log.time_out(0).empty());
}

TEST_CASE("the log says that a server is up again") {
  Log log(kWeb);
  log.refuse(0);
  CHECK(log.pass(0) ==
        "info Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is UP, reason: Layer4 check "
        "passed, check duration: 2000ms. 2 active and 0 backup servers online.\n");
}

TEST_CASE("servers and services are called by their names where they have one") {
  VirtualServer server = situation(kWeb).server;
  server.name = "web";
  server.real_servers[0].name = "web01";
  Log log(server);
  CHECK(log.refuse(0).rfind("warning Server web/web01 (10.0.0.2:80) is DOWN, ", 0) == 0);
  CHECK(log.refuse(1).find("\ncritical Service web has no server available!\n") !=
        std::string::npos);
}

TEST_CASE("what a line is about stands beside it for programs") {
  VirtualServer server = situation(kWeb).server;
  server.name = "web";
  server.real_servers[0].name = "web01";
  Log log(server);
  log.refuse(0);
  CHECK(log.subjects ==
        "server web/web01 ->DOWN (Layer4 connection problem, info: \"Connection refused\", check "
        "duration: 2000ms);");
  log.refuse(1);
  CHECK_THAT(log.subjects, Catch::Contains("server web/10.0.0.3:80 ->DOWN (") &&
                               Catch::EndsWith("service web/ ->DOWN (quorum is lost);"));
  log.pass(0);
  CHECK_THAT(log.subjects, Catch::Contains("server web/web01 ->UP (Layer4 check passed") &&
                               Catch::EndsWith("service web/ ->DEGRADED (quorum holds);"));
}

TEST_CASE("a service without any server left is critical") {
  Log log(kWeb);
  log.refuse(0);
  CHECK(log.refuse(1) ==
        "warning Server tcp:10.0.0.1:80/10.0.0.3:80 (10.0.0.3:80) is DOWN, reason: Layer4 "
        "connection problem, info: \"Connection refused\", check duration: 2000ms, 1/1 failed. "
        "0 active and 0 backup servers left.\n"
        "critical Service tcp:10.0.0.1:80 has no server available!\n");
  CHECK(log.pass(0) ==
        "info Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is UP, reason: Layer4 check "
        "passed, check duration: 2000ms. 1 active and 0 backup servers online.\n"
        "notice Service tcp:10.0.0.1:80 has quorum again. 1 active server online.\n");
}

TEST_CASE("the log names the sorry servers that take over and says when they leave") {
  Log log("quorum 2\n" + std::string(kWeb) +
          "sorry 10.0.0.8:80 NAT weight 1\nsorry 10.0.0.9:80 NAT weight 1\n");
  CHECK(log.refuse(0) ==
        "warning Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is DOWN, reason: Layer4 "
        "connection problem, info: \"Connection refused\", check duration: 2000ms, 1/1 failed. "
        "0 active and 0 backup servers left.\n"
        "error Service tcp:10.0.0.1:80 lost quorum, 1 server left up. Using sorry server "
        "10.0.0.8:80, 10.0.0.9:80.\n");
  // With the sorry servers in, one more real server that fails is a line, and no more.
  CHECK(log.refuse(1).find("Service") == std::string::npos);
  CHECK(log.pass(1).find("Service") == std::string::npos);
  CHECK(log.pass(0) ==
        "info Server tcp:10.0.0.1:80/10.0.0.2:80 (10.0.0.2:80) is UP, reason: Layer4 check "
        "passed, check duration: 2000ms. 2 active and 0 backup servers online.\n"
        "notice Service tcp:10.0.0.1:80 has quorum again, the sorry server leaves. 2 active "
        "servers online.\n");
}

TEST_CASE("a service below quorum without a sorry server is an error while some are up") {
  Log log(std::string("quorum 2\n").append(kWeb));
  CHECK(log.refuse(0).find("\nerror Service tcp:10.0.0.1:80 lost quorum, 1 server left up.\n") !=
        std::string::npos);
}

TEST_CASE("the last server that fails with a sorry server behind it is an error") {
  Log log(fmt::format("{}sorry 10.0.0.9:80 NAT weight 1\n", kWeb));
  log.refuse(0);
  CHECK(log.refuse(1).find("\nerror Service tcp:10.0.0.1:80 has no server available! Using sorry "
                           "server 10.0.0.9:80.\n") != std::string::npos);
}
