#include "api/web_rules.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace lvsd::api;

namespace {

const std::string token = "0123456789abcdef-token";

WebRequest asked(Method method, const std::string& host) {
  return {.method = method, .hosts = {host}};
}

WebRequest change(const std::string& given) {
  WebRequest request = asked(Method::post, "lb1:18080");
  request.authorization = given;
  return request;
}

// "in", "in with the token", or the status of the refusal.
std::string outcome(const WebRequest& request, const WebRules& rules) {
  const Admission admitted = admission(request, rules);
  if (admitted.refusal) return std::to_string(admitted.refusal->status);
  return admitted.has_token ? "in with the token" : "in";
}

const WebRules reads{.names = {"lb1", "lb.example.com"}, .token = {}};
const WebRules writes{.names = {"lb1", "lb.example.com"}, .token = token};

}  // namespace

TEST_CASE("who asks by an address or localhost or a name of ours is let in") {
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:18080", "[::1]", "[::1]:18080", "[2001:db8::1]:80", "localhost",
        "localhost:18080", "LocalHost.:18080", "lb1", "LB1:18080", "lb.example.com.", "lb1:"}) {
    INFO(host);
    CHECK(outcome(asked(Method::get, host), reads) == "in");
  }
}

TEST_CASE("a name that a stranger could have made to lead here is refused") {
  for (const char* host :
       {"evil.example", "lb1.evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
        "lb1@evil.example", "evil.example:18080", "", ":18080", "[::1", "[::1]x", "[::1]:x",
        "lb1:x", "lb1:80:80", "::1", "127.1", "0x7f000001", "[lb1]x"}) {
    INFO(host);
    CHECK(outcome(asked(Method::get, host), reads) == "421");
    CHECK(outcome(asked(Method::head, host), reads) == "421");
    CHECK(outcome(asked(Method::post, host), writes) == "421");
  }
}

TEST_CASE("a request names one host") {
  WebRequest request{.method = Method::get};
  CHECK(outcome(request, reads) == "400");
  request.hosts = {"lb1", "lb1"};
  CHECK(outcome(request, reads) == "400");
  request.hosts = {};
  request.needs_host = false;
  CHECK(outcome(request, reads) == "in");
}

TEST_CASE("where there is no token every change is refused whatever is shown") {
  for (const Method method : {Method::post, Method::put, Method::patch, Method::delete_}) {
    WebRequest request = asked(method, "lb1");
    CHECK(outcome(request, reads) == "403");
    for (const std::string& given : {"Bearer " + token, std::string("Bearer "), std::string(" ")}) {
      request.authorization = given;
      CHECK(outcome(request, reads) == "403");
    }
  }
}

TEST_CASE("a change is let in by the token and by nothing else") {
  CHECK(outcome(change("Bearer " + token), writes) == "in with the token");
  CHECK(outcome(change("bearer " + token), writes) == "in with the token");
  for (const std::string& given :
       {std::string(), std::string("Bearer "), "Basic " + token, token, "Bearer " + token + " ",
        "Bearer  " + token, "Bearer " + token + token, "Bearer " + token.substr(1),
        "Bearer " + token.substr(0, token.size() - 1)}) {
    INFO(given);
    CHECK(outcome(change(given), writes) == "401");
  }
  const Admission refused = admission(change({}), writes);
  REQUIRE(refused.refusal.has_value());
  CHECK(refused.refusal->headers.at(0).first == "WWW-Authenticate");
}

TEST_CASE("a token that is wrong is told to readers too and none is needed to read") {
  WebRequest request = asked(Method::get, "lb1");
  CHECK(outcome(request, writes) == "in");
  request.authorization = "Bearer wrong";
  CHECK(outcome(request, writes) == "401");
  CHECK(outcome(request, reads) == "in");
  request.authorization = "Bearer " + token;
  CHECK(outcome(request, writes) == "in with the token");
}

TEST_CASE("a page of another site changes nothing even with the token") {
  WebRequest request = change("Bearer " + token);
  for (const char* origin :
       {"http://evil.example", "null", "http://lb1", "http://lb1:18081", "lb1:18080",
        "ftp://lb1:18080", "http://lb1:18080.evil.example", "http://lb1:18080/"}) {
    INFO(origin);
    request.origin = origin;
    CHECK(outcome(request, writes) == "403");
  }
  for (const char* origin : {"http://lb1:18080", "https://lb1:18080", "http://LB1:18080"}) {
    INFO(origin);
    request.origin = origin;
    CHECK(outcome(request, writes) == "in with the token");
  }
  for (const char* site : {"cross-site", "same-site", "anything"}) {
    request.fetch_site = site;
    CHECK(outcome(request, writes) == "403");
  }
  request.fetch_site = "same-origin";
  CHECK(outcome(request, writes) == "in with the token");
}

TEST_CASE("through a Unix socket that was handed on no page changes anything and all programs do") {
  const auto local = [](const WebRequest& request) {
    const Admission admitted = local_admission(request);
    CHECK_FALSE(admitted.has_token);
    return admitted.refusal ? std::to_string(admitted.refusal->status) : "in";
  };
  WebRequest request = asked(Method::post, "anything at all");
  CHECK(local(request) == "in");
  request.fetch_site = "none";
  CHECK(local(request) == "in");
  for (const char* origin : {"http://evil.example", "null", "http://anything at all"}) {
    request.origin = origin;
    CHECK(local(request) == "403");
    request.method = Method::delete_;
    CHECK(local(request) == "403");
    request.method = Method::get;
    CHECK(local(request) == "in");
    request.method = Method::post;
  }
  request.origin.clear();
  for (const char* site : {"cross-site", "same-site", "same-origin"}) {
    request.fetch_site = site;
    CHECK(local(request) == "403");
  }
}

TEST_CASE("secrets are the same only where every byte is") {
  CHECK(is_same_secret(token, token));
  CHECK_FALSE(is_same_secret("", ""));
  CHECK_FALSE(is_same_secret(token, ""));
  CHECK_FALSE(is_same_secret("", token));
  CHECK_FALSE(is_same_secret(token + token, token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = static_cast<char>(other[i] ^ 1);
    CHECK_FALSE(is_same_secret(other, token));
    CHECK_FALSE(is_same_secret(token.substr(0, i), token));
  }
}
