#include "daemon/api_listeners.h"

#include <sys/stat.h>

#include <fstream>

#include "test/daemon/open_port.h"
#include "test/daemon/site.h"

using namespace lvsd;
using namespace lvsd::test;

// The API over TCP, of a whole daemon.

namespace {

const std::string token = "0123456789abcdef-token";

std::string with_api(const std::string& lines) {
  return "global_defs {\n  api {\n" + lines + "  }\n}\n" + web(unchecked(2));
}
std::string listen(const std::string& port, const std::string& address = "127.0.0.1") {
  return "    listen " + address + " " + port + "\n";
}

// A port that nobody has at the moment.
std::string free_port() {
  OpenPort port;
  return port.text();
}

struct Asked {
  std::string method = "GET";
  std::string path = "/api/v1/version";
  std::string headers = "Host: localhost\r\n";
};

std::string sent(RawClient& client, const Asked& asked) {
  return client.ask(asked.method + " " + asked.path + " HTTP/1.1\r\n" + asked.headers +
                    "Content-Length: 0\r\n\r\n");
}
Answer ask(const std::string& port, const Asked& asked) {
  RawClient client(static_cast<std::uint16_t>(std::stoi(port)));
  if (!client.connected()) return {};
  return answer_of(sent(client, asked));
}
bool is_open(const std::string& port) {
  return ask(port, {}).status == 200;
}

std::string write_token(const Site& site) {
  const auto file = site.directory / "token";
  std::ofstream(file) << token << "\n";
  REQUIRE(::chmod(file.c_str(), 0400) == 0);
  return "    write yes\n    token_file " + file.string() + "\n";
}
const std::string bearer = "Host: localhost\r\nAuthorization: Bearer " + token + "\r\n";

const std::string drain = "/api/v1/services/tcp:10.0.0.1:80/servers/10.0.0.2:80/drain?force=1";

}  // namespace

TEST_CASE("over TCP everybody reads what the Unix socket shows") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  for (const char* path :
       {"/", "/healthz", "/readyz", "/metrics", "/services/tcp:10.0.0.1:80/health",
        "/api/v1/status", "/api/v1/services", "/api/v1/servers", "/api/v1/events",
        "/api/v1/openapi.json", "/api/v1/config"}) {
    INFO(path);
    CHECK(ask(port, {.path = path}).status == 200);
    CHECK(ask(port, {.method = "HEAD", .path = path}).status == 200);
  }
  CHECK(ask(port, {.path = "/nowhere"}).status == 404);
}

TEST_CASE("over TCP nobody changes anything unless the file says so") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    INFO(method);
    const Answer answer = ask(port, {.method = method, .path = drain, .headers = bearer});
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, Catch::Contains("takes no changes"));
  }
  CHECK(ask(port, {.method = "OPTIONS", .path = drain}).status == 501);
  const Answer server = ask(port, {.path = "/api/v1/overrides"});
  CHECK_THAT(server.body, Catch::Contains("\"items\":[]"));
  CHECK(site.log.count("POST " + drain + " from 127.0.0.1") != 0);
}

TEST_CASE("with the token a change over TCP is made and the log says from where") {
  const std::string port = free_port();
  Site site("");
  site.write(with_api(listen(port) + write_token(site)));
  site.up();
  CHECK(ask(port, {.method = "POST", .path = drain}).status == 401);
  CHECK(ask(port, {.method = "POST",
                   .path = drain,
                   .headers = "Host: localhost\r\nAuthorization: Bearer wrong\r\n"})
            .status == 401);
  CHECK(
      ask(port,
          {.method = "POST", .path = drain, .headers = bearer + "Origin: http://evil.example\r\n"})
          .status == 403);
  CHECK_THAT(site.get("/api/v1/overrides").body, Catch::Contains("\"items\":[]"));

  CHECK(ask(port, {.method = "POST", .path = drain, .headers = bearer}).status == 200);
  const std::string wish = site.get("/api/v1/overrides").body;
  CHECK_THAT(wish, Catch::Contains("\"user\":\"the token from 127.0.0.1\",\"uid\":null"));
  CHECK(ask(port, {.method = "POST", .path = "/api/v1/timeouts/udp?value=60", .headers = bearer})
            .status == 200);
  for (const char* path : {"/api/v1/overrides", "/api/v1/timeouts"}) {
    INFO(path);
    CHECK(site.get(path).body.find("4294967295") == std::string::npos);
  }
  CHECK(site.log.count(drain + " from 127.0.0.1:") != 0);
}

TEST_CASE("secrets of the configuration are not shown over TCP even with the token") {
  const std::string port = free_port();
  Site site("");
  site.write("SSL {\n  password sesame-secret\n}\n" + with_api(listen(port) + write_token(site)));
  site.up();
  const std::string path = "/api/v1/config?detail=effective";
  CHECK_THAT(site.get(path).body, Catch::Contains("sesame-secret"));
  const Answer answer = ask(port, {.path = path, .headers = bearer});
  CHECK(answer.status == 200);
  CHECK(answer.body.find("sesame-secret") == answer.body.npos);
}

TEST_CASE("a name that is not ours is misdirected and one that the file has is ours") {
  const std::string port = free_port();
  Site site(with_api(listen(port) + "    host_names lb.example.com lb2.example.com\n"));
  site.up();
  CHECK(ask(port, {.headers = "Host: evil.example\r\n"}).status == 421);
  CHECK(ask(port, {.headers = "Host: lb.example.com:8080\r\n"}).status == 200);
  CHECK(ask(port, {.headers = "Host: LB2.example.com\r\n"}).status == 200);
  CHECK(ask(port, {.headers = ""}).status == 400);
}

TEST_CASE("a browser is told to guess no types and to show no answer in a frame") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  RawClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const std::string answer =
      sent(client, {.headers = "Host: localhost\r\nOrigin: http://evil.example\r\n"});
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 "));
  CHECK_THAT(answer, Catch::Contains("X-Content-Type-Options: nosniff\r\n"));
  CHECK_THAT(answer, Catch::Contains("X-Frame-Options: DENY\r\n"));
  CHECK_THAT(answer, Catch::Contains("Content-Security-Policy: "));
  CHECK(answer.find("Access-Control") == answer.npos);
}

TEST_CASE("a change that is refused is told before its body is sent and the answer arrives") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  RawClient client(static_cast<std::uint16_t>(std::stoi(port)));
  client.send(
      "POST /api/v1/config/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n");
  for (int i = 0; i < 8; ++i)
    client.send(std::string(65536, 'x'));
  CHECK(answer_of(client.answer()).status == 403);
  CHECK(client.is_closed());
}

TEST_CASE("a reload opens and closes listeners and leaves the others as they are") {
  const std::string first = free_port();
  Site site(with_api(listen(first)));
  site.up();
  RawClient stays(static_cast<std::uint16_t>(std::stoi(first)));
  CHECK_THAT(sent(stays, {}), Catch::StartsWith("HTTP/1.1 200 "));

  const std::string second = free_port();
  site.write(with_api(listen(first) + listen(second) + listen(second, "::1")));
  REQUIRE(site.reload().status == 200);
  CHECK(is_open(first));
  CHECK(is_open(second));
  CHECK_THAT(sent(stays, {}), Catch::StartsWith("HTTP/1.1 200 "));

  site.write(with_api(listen(second)));
  REQUIRE(site.reload().status == 200);
  CHECK_FALSE(is_open(first));
  CHECK(is_open(second));
  CHECK(stays.is_closed());

  site.write(web(unchecked(2)));
  REQUIRE(site.reload().status == 200);
  CHECK_FALSE(is_open(second));
}

TEST_CASE("a token that a reload takes away lets nobody change anything any more") {
  const std::string port = free_port();
  Site site("");
  site.write(with_api(listen(port) + write_token(site)));
  site.up();
  RawClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const Asked change{.method = "POST", .path = drain, .headers = bearer};
  CHECK_THAT(sent(client, change), Catch::StartsWith("HTTP/1.1 200 "));
  REQUIRE(::chmod((site.directory / "token").c_str(), 0444) == 0);
  REQUIRE(site.reload().status == 200);
  CHECK(site.log.count("others may read or change it") != 0);
  CHECK_THAT(site.get("/api/v1/status").body, Catch::Contains("others may read or change it"));
  CHECK_THAT(sent(client, {}), Catch::StartsWith("HTTP/1.1 200 "));
  CHECK_THAT(sent(client, change), Catch::StartsWith("HTTP/1.1 403 "));
}

TEST_CASE("a port that is taken is said once and had when it is free") {
  OpenPort taken;
  Site site(with_api(listen(taken.text())));
  site.up();
  CHECK(site.get("/readyz").status == 200);
  CHECK(site.log.count("Address already in use") != 0);
  const std::string where = "127.0.0.1:" + taken.text();
  for (const char* path : {"/readyz", "/api/v1/status", "/"}) {
    INFO(path);
    CHECK_THAT(site.get(path).body, Catch::Contains("The API: ") && Catch::Contains(where) &&
                                        Catch::Contains("Address already in use"));
  }
  taken.close();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_open(taken.text()) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(is_open(taken.text()));
  CHECK(site.log.count("Address already in use") == 1);
  CHECK(site.get("/api/v1/status").body.find("already in use") == std::string::npos);
  CHECK_THAT(site.get("/readyz").body, Catch::Contains("\"warnings\":[]"));
}

TEST_CASE("clients over TCP do not use up the room of the Unix socket") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  std::vector<RawClient> idle;
  for (int i = 0; i < 70; ++i)
    idle.emplace_back(static_cast<std::uint16_t>(std::stoi(port)));
  CHECK(answer_of(idle.back().answer()).status == 503);
  CHECK(site.get("/readyz").status == 200);
  std::vector<RawClient> follow;
  for (int i = 0; i < 40; ++i) {
    follow.emplace_back(site.directory / "lvsd.sock");
    follow.back().send(
        "GET /api/v1/events HTTP/1.1\r\nHost: l\r\nAccept: text/event-stream\r\n\r\n");
    CHECK_THAT(follow.back().answer(false), Catch::StartsWith("HTTP/1.1 200 "));
  }
}

TEST_CASE("those who follow events over TCP leave places to those of the Unix socket") {
  const std::string port = free_port();
  Site site(with_api(listen(port)));
  site.up();
  const std::string follow =
      "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
  std::vector<RawClient> remote;
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    remote.emplace_back(static_cast<std::uint16_t>(std::stoi(port)));
    remote.back().send(follow);
    refused += remote.back().answer(false).starts_with("HTTP/1.1 503 ") ? 1 : 0;
  }
  CHECK(refused == 8);
  RawClient local(site.directory / "lvsd.sock");
  local.send(follow);
  CHECK_THAT(local.answer(false), Catch::StartsWith("HTTP/1.1 200 "));
}
