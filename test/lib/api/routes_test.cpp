#include "api/routes.h"

#include <catch2/catch.hpp>
#include <set>

using namespace lvsd::api;

namespace {

const Writers writers{.daemon = 990, .admin_group = 991};
const Peer root{.uid = 0, .gid = 0, .pid = 1, .groups = {}};
const Peer reader{.uid = 1000, .gid = 1000, .pid = 1, .groups = {20, 24}};

Routed ask(Method method, std::string target, const Peer& peer = root) {
  return routed(Request{method, std::move(target), "", peer}, writers);
}

std::string words_text(const Words& words) {
  std::string out;
  for (const auto& [name, value] : words)
    out += " " + name + "=" + value;
  return out;
}

// "service: service=web" for a call, "404" for a refusal.
std::string outcome(const Routed& routed) {
  if (const auto* refusal = std::get_if<Response>(&routed)) return std::to_string(refusal->status);
  const auto& call = std::get<Call>(routed);
  std::string_view path;
  for (const Route& route : routes())
    if (route.action == call.action) path = route.path;
  std::string out(path);
  out += words_text(call.path);
  return call.query.empty() ? out : out + " ?" + words_text(call.query);
}

std::string get(std::string target) {
  return outcome(ask(Method::get, std::move(target)));
}

}  // namespace

TEST_CASE("a path finds its route and its words") {
  CHECK(get("/") == "/");
  CHECK(get("/?page=2") == "/ ? page=2");
  CHECK(get("/healthz") == "/healthz");
  CHECK(get("/api/v1/status") == "/api/v1/status");
  CHECK(get("/api/v1/services/web") == "/api/v1/services/{service} service=web");
  CHECK(get("/api/v1/services/tcp:%5B2001:db8::25%5D:25/servers/10.0.0.1:80") ==
        "/api/v1/services/{service}/servers/{server} server=10.0.0.1:80 "
        "service=tcp:[2001:db8::25]:25");
  CHECK(get("/api/v1/servers?service=web%20one&filter=1+2&filter=3") ==
        "/api/v1/servers ? filter=3 service=web one");
}

TEST_CASE("a parameter that the path has not is refused with those it has") {
  const std::string drain = "/api/v1/services/web/servers/a/drain";
  CHECK(outcome(ask(Method::post, drain + "?limit_seconds=20")) ==
        "/api/v1/services/{service}/servers/{server}/drain server=a service=web ? "
        "limit_seconds=20");
  const Routed refused = ask(Method::post, drain + "?limit=20");
  REQUIRE(outcome(refused) == "400");
  CHECK(std::get<Response>(refused).body.find(
            "there is no parameter 'limit' here; there are: limit_seconds, until, returning") !=
        std::string::npos);
  CHECK(get("/api/v1/version?a=1") == "400");
  CHECK(get("/api/v1/status?=x") == "400");
  // Others may add what they like, to get past a cache.
  CHECK(get("/healthz?t=1") == "/healthz ? t=1");
}

TEST_CASE("an escaped slash belongs to the word it stands in") {
  CHECK(get("/api/v1/services/a%2Fb") == "/api/v1/services/{service} service=a/b");
  CHECK(get("/api/v1/services/a/b") == "404");
  CHECK(get("/api%2Fv1/status") == "404");
}

TEST_CASE("an unknown path is not found") {
  for (const char* path : {"//", "/api", "/api/v1/status/", "/api/v1/services/", "//api/v1/status",
                           "/api/v1/STATUS", "/api/v2/status", "/api/v1/status%20"})
    CHECK(get(path) == "404");
}

TEST_CASE("a target that cannot be read is a bad request") {
  for (const char* target :
       {"", "status", "http://host/api/v1/status", "*", "/api/v1/status#top", "/api/v1/services/%",
        "/api/v1/services/%4", "/api/v1/services/%zz", "/api/v1/services/a%00b",
        "/api/v1/status?a=%", "/api/v1/status?%g1=1"})
    CHECK(get(target) == "400");
}

TEST_CASE("a method the path has not is refused with those it has") {
  const auto refused = ask(Method::post, "/api/v1/status");
  REQUIRE(std::holds_alternative<Response>(refused));
  const auto& response = std::get<Response>(refused);
  CHECK(response.status == 405);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0] == std::pair<std::string, std::string>("Allow", "GET, HEAD"));
  CHECK(outcome(ask(Method::get, "/api/v1/config/reload")) == "405");
  CHECK(outcome(ask(Method::delete_, "/api/v1/services/web")) == "405");
  CHECK(outcome(ask(Method::head, "/api/v1/status")) == "/api/v1/status");
}

TEST_CASE("who may not write is told so and changes nothing") {
  CHECK(outcome(ask(Method::post, "/api/v1/config/reload", root)) == "/api/v1/config/reload");
  const auto refused = ask(Method::post, "/api/v1/config/reload", reader);
  CHECK(outcome(refused) == "403");
  CHECK_THAT(std::get<Response>(refused).body, Catch::Contains("lvsd-admin"));
  CHECK(outcome(ask(Method::get, "/api/v1/status", reader)) == "/api/v1/status");
}

TEST_CASE("root and the daemon's user and the admin group may write and nobody else") {
  const auto writes = [](Peer peer) { return may(peer, Access::write, writers); };
  CHECK(writes(root));
  CHECK(writes({.uid = 990, .gid = 5}));
  CHECK(writes({.uid = 1000, .gid = 991}));
  CHECK(writes({.uid = 1000, .gid = 5, .groups = {7, 991, 8}}));
  CHECK_FALSE(writes({.uid = 1000, .gid = 990, .groups = {7, 990}}));
  CHECK_FALSE(writes(Peer{}));
  CHECK_FALSE(may({.uid = 1000, .gid = 0}, Access::write, {.daemon = 990, .admin_group = {}}));
  CHECK(may(Peer{}, Access::read, writers));
}

TEST_CASE("no route that changes something is open to readers") {
  for (const Route& route : routes())
    CHECK((route.method == Method::get) == (route.access == Access::read));
}

TEST_CASE("every action has one route and a line that says what it is") {
  std::set<std::pair<Method, std::string_view>> seen;
  std::set<Action> actions;
  for (const Route& route : routes()) {
    CHECK(seen.emplace(route.method, route.path).second);
    CHECK(actions.insert(route.action).second);
    CHECK_FALSE(route.summary.empty());
  }
}

TEST_CASE("a path made for an action is routed back to it with the same words") {
  for (const char* word :
       {"web", "tcp:[2001:db8::25]:25", "a/b c?d#e%f&g=h+i", "한", "..", "\x01"}) {
    const Words path{{"service", word}, {"server", word}};
    const auto call = ask(Method::post, path_of(Action::drain, path, {{"reason", word}}));
    REQUIRE(std::holds_alternative<Call>(call));
    CHECK(std::get<Call>(call).action == Action::drain);
    CHECK(std::get<Call>(call).path == path);
    CHECK(std::get<Call>(call).query == Words{{"reason", word}});
    CHECK(std::get<Call>(ask(Method::get, path_of(Action::page, {}, {{word, "1"}}))).query ==
          Words{{word, "1"}});
  }
  CHECK(path_of(Action::status) == "/api/v1/status");
}
