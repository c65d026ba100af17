#include "model/probe_text.h"

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

std::string only(const Probe& probe) {
  const auto all = requests(probe);
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("an HTTP check says of each url what it asks for and expects") {
  HttpCheck check{.virtualhost = "www.example.com"};
  check.urls = {HttpUrl{.path = "/healthz"}, HttpUrl{.path = "/login",
                                                     .virtualhost = "id.example.com",
                                                     .digest = "640205b7b0fc66c1ea91c463fac6334d",
                                                     .statuses = {{200, 200}, {301, 302}},
                                                     .method = "HEAD"}};
  CHECK(requests(check) ==
        std::vector<std::string>{"GET /healthz Host www.example.com expect 200-299",
                                 "HEAD /login Host id.example.com expect 200,301-302 digest "
                                 "640205b7b0fc66c1ea91c463fac6334d"});
  CHECK(only(HttpCheck{.urls = {HttpUrl{.path = "/", .body = {.pattern = "^\\d ok"}}}}) ==
        "GET / expect 200-299 body ~ \"^\\d ok\"");
  CHECK(
      only(HttpCheck{.urls = {HttpUrl{.path = "/", .body = {.pattern = "no", .absent = true}}}}) ==
      "GET / expect 200-299 body !~ \"no\"");
}

TEST_CASE("what opens a door is not said of an HTTP check") {
  const std::string said = only(HttpCheck{.urls = {HttpUrl{.path = "/",
                                                           .headers = {"X-Key: s3cret"},
                                                           .credentials = "op:s3cret",
                                                           .content = "{\"pin\": \"s3cret\"}"}}});
  CHECK(said == "GET / expect 200-299");
}

TEST_CASE("each kind of check says in a line what it does") {
  CHECK(only(TcpCheck{}) == "connect");
  CHECK(only(TcpCheck{.send = "PING\r\n", .expect = "PONG"}) ==
        "connect send \"PING\\r\\n\" expect \"PONG\"");
  CHECK(only(SmtpCheck{.helo_name = "lb1.example.com"}) == "HELO lb1.example.com");
  CHECK(only(DnsCheck{}) == "SOA of .");
  CHECK(only(DnsCheck{
            .type = DnsType::a, .name = "example.com", .tcp = true, .answer = "192.0.2.1"}) ==
        "A of example.com over TCP expect 192.0.2.1");
  CHECK(only(UdpCheck{}) == "datagram");
  CHECK(only(UdpCheck{.payload = {1, 2}, .require_reply = true}) ==
        "datagram of 2 bytes expect an answer");
  CHECK(only(UdpCheck{.reply = {1, 2, 3}, .reply_mask = {255, 255, 255}}) ==
        "datagram expect 3 bytes");
  CHECK(only(PingCheck{}) == "echo");
  CHECK(only(MiscCheck{.script = {.argv = {"/usr/lib/check", "--fast"}}}) ==
        "/usr/lib/check --fast");
  CHECK(only(FileCheck{.track_file = "load", .path = "/run/load"}) == "/run/load");
  CHECK(only(BfdCheck{.instance = "b1"}) == "b1");
  CHECK(only(AgentCheck{}) == "connect");
  CHECK(only(AgentCheck{.send = "hi\n"}) == "connect send \"hi\\n\"");
}
