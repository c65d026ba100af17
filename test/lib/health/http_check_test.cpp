#include "health/http_check.h"

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

const Endpoint server = *parse_endpoint("10.0.0.1:8080");

HttpCheck check_of(const std::string& path = "/") {
  HttpCheck check;
  check.urls.emplace_back();
  check.urls.back().path = path;
  return check;
}

std::string request(const HttpCheck& check, const Endpoint& to = server) {
  return http_request(check, check.urls[0], to);
}

// What the check says of a server that sends `answer` and closes.
std::string judged(const HttpCheck& check, std::string_view answer, Stop stop = Stop::closed) {
  const HttpExpectation expectation(check, check.urls[0]);
  HttpJudge judge(expectation);
  judge.take(answer);
  return text(judge.judgement(stop, 0));
}

std::string body(std::string_view text) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" +
         std::string(text);
}

}  // namespace

TEST_CASE("an HTTP request is keepalived's in all its versions") {
  HttpCheck check = check_of("/a?b=c");
  CHECK(request(check) ==
        "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.0.1:8080\r\n\r\n");
  CHECK(request(check, *parse_endpoint("[2001:db8::1]:80")) ==
        "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [2001:db8::1]:80\r\n\r\n");
  check.version = HttpVersion::v1_0_close;
  check.virtualhost = "www.example.com";
  CHECK(request(check) ==
        "GET /a?b=c HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
        "Host: www.example.com\r\n\r\n");
  check.version = HttpVersion::v1_1;
  check.urls[0].virtualhost = "url.example.com";
  CHECK(request(check) ==
        "GET /a?b=c HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\n"
        "Host: url.example.com\r\n\r\n");
}

TEST_CASE("an HTTP request carries method and headers and credentials and content") {
  HttpCheck check = check_of();
  check.urls[0].method = "POST";
  check.urls[0].headers = {"X-Check: yes", "Accept: text/plain"};
  check.urls[0].credentials = "Aladdin:open sesame";
  check.urls[0].content = "ping";
  CHECK(request(check) ==
        "POST / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.0.1:8080\r\n"
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\nX-Check: yes\r\n"
        "Accept: text/plain\r\nContent-Length: 4\r\n\r\nping");
}

TEST_CASE("an answer is judged by status then digest then pattern") {
  HttpCheck check = check_of();
  CHECK(judged(check, body("hello")) == "L7OK/200 OK");
  check.urls[0].statuses = {{200, 200}, {301, 302}};
  CHECK(judged(check, "HTTP/1.0 302 Found\r\n\r\n") == "L7OK/302 Found");
  CHECK(judged(check, "HTTP/1.0 303 See Other\r\n\r\n") == "L7STS/303 See Other");

  check.urls[0].digest = "5d41402abc4b2a76b9719d911017c592";
  check.urls[0].body.pattern = "^h.*o$";
  CHECK(judged(check, body("hello")) == "L7OK/200 OK");
  CHECK(judged(check, body("hallo")) ==
        "L7RSP/200 the digest of the body is 598d4c200461b81522a3328565c25f7c");
  check.urls[0].digest.clear();
  CHECK(judged(check, body("hallo")) == "L7OK/200 OK");
  CHECK(judged(check, body("goodbye")) == "L7RSP/200 the body does not match the regex");
  check.urls[0].body.absent = true;
  CHECK(judged(check, body("goodbye")) == "L7OK/200 OK");
  CHECK(judged(check, body("hello")) == "L7RSP/200 the body matches the regex");
}

TEST_CASE("a pattern matches over chunks and within its offsets") {
  HttpCheck check = check_of();
  check.urls[0].body.pattern = "hello";
  CHECK(judged(check,
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") == "L7OK/200 OK");
  check.urls[0].body.from = 1;
  CHECK(judged(check, body("hello")) == "L7RSP/200 the body does not match the regex");
  CHECK(judged(check, body("a hello")) == "L7OK/200 OK");
  check.urls[0].body.to = 2;
  CHECK(judged(check, body("a hello")) == "L7RSP/200 the body does not match the regex");
}

TEST_CASE("a body over the limit has no digest") {
  HttpCheck check = check_of();
  check.body_limit = 4;
  CHECK(judged(check, body("hello")) == "L7OK/200 OK");
  check.urls[0].digest = "5d41402abc4b2a76b9719d911017c592";
  CHECK(judged(check, body("hello")) ==
        "L7RSP/200 the body is longer than 4 bytes, so it has no digest");
}

TEST_CASE("what the server says is escaped and capped") {
  CHECK(judged(check_of(), "HTTP/1.0 500 \x1b[31m" + std::string(200, 'x') + "\r\n\r\n") ==
        "L7STS/500 \\x1b[31m" + std::string(69, 'x') + "...");
}

TEST_CASE("a pattern that cannot be compiled is our fault and not the server's") {
  HttpCheck check = check_of();
  check.urls[0].body.pattern = "(?=x)";
  CHECK(judged(check, body("hello")).starts_with("SOCKERR regex: "));
}
