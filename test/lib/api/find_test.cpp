#include "api/find.h"

#include <catch2/catch.hpp>

using namespace lvsd;
using namespace lvsd::api;

namespace {

VirtualServer service(std::string name, std::vector<const char*> keys,
                      std::vector<std::pair<std::string, const char*>> servers) {
  VirtualServer out;
  out.name = std::move(name);
  for (const char* key : keys)
    out.services.push_back(*parse_service_key(key));
  for (auto& [server, endpoint] : servers)
    out.real_servers.push_back({.name = server, .endpoint = *parse_endpoint(endpoint)});
  return out;
}

Config config() {
  Config out;
  out.virtual_servers = {
      service("web", {"tcp 203.0.113.10:80"},
              {{"web01", "10.0.0.11:80"},
               {"web02", "10.0.0.12:80"},
               {"", "10.0.0.12:81"},
               {"", "[2001:db8::13]:80"}}),
      service("", {"udp 203.0.113.53:53"}, {}),
      service("", {"fwmark 10"}, {}),
      service("", {"tcp 203.0.113.10:443", "fwmark6 10"}, {}),
      service("twin", {"tcp 203.0.113.20:80"}, {}),
      service("twin", {"tcp 203.0.113.21:80"}, {}),
  };
  out.virtual_servers[3].group = "front";
  out.virtual_servers[0].sorry_servers = {{.endpoint = *parse_endpoint("10.0.9.9:80")}};
  return out;
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += " " + word;
  return out;
}

template <class Object>
std::string outcome(const Found<Object>& found) {
  if (const auto* missing = std::get_if<NotFound>(&found))
    return "none, near:" + listed(missing->near);
  if (const auto* many = std::get_if<Ambiguous>(&found)) return "many:" + listed(many->candidates);
  const Object& object = *std::get<const Object*>(found);
  if constexpr (std::is_same_v<Object, SorryServer>)
    return text(object.endpoint);
  else
    return id(object);
}

std::string find(std::string_view word) {
  const Config all = config();
  return outcome(virtual_server(all, word));
}

std::string find_server(std::string_view word) {
  const Config all = config();
  return outcome(real_server(all.virtual_servers[0], word));
}

}  // namespace

TEST_CASE("a service is found by its name and its address and its mark") {
  CHECK(find("web") == "web");
  CHECK(find("tcp:203.0.113.10:80") == "web");
  CHECK(find("tcp 203.0.113.10:80") == "web");
  CHECK(find("udp:203.0.113.53:53") == "udp:203.0.113.53:53");
  CHECK(find("fwmark:10") == "fwmark:10");
  CHECK(find("group:front") == "group:front");
  CHECK(find("fwmark6:10") == "group:front");
  CHECK(find("tcp:203.0.113.10:443") == "group:front");
}

TEST_CASE("a service that does not exist names its neighbours") {
  CHECK(find("wbe") == "none, near: web");
  CHECK(find("Web1") == "none, near: web");
  CHECK(find("front") == "none, near: group:front");
  CHECK(find("tcp:203.0.113.53:53") == "none, near: udp:203.0.113.53:53");
  CHECK(find("database") == "none, near:");
  CHECK(find("") == "none, near:");
}

TEST_CASE("a name that two services have is ambiguous") {
  CHECK(find("twin") == "many: twin twin");
}

TEST_CASE("a server is found by its name and its address with or without port") {
  CHECK(find_server("web01") == "web01");
  CHECK(find_server("10.0.0.11:80") == "web01");
  CHECK(find_server("10.0.0.11") == "web01");
  CHECK(find_server("10.0.0.12:81") == "10.0.0.12:81");
  CHECK(find_server("2001:db8::13") == "[2001:db8::13]:80");
  CHECK(find_server("10.0.0.12") == "many: web02 10.0.0.12:81");
  CHECK(find_server("web03") == "none, near: web01 web02");
  CHECK(find_server("10.0.9.9:80") == "none, near:");
}

TEST_CASE("a sorry server is found by its address") {
  const Config all = config();
  CHECK(outcome(sorry_server(all.virtual_servers[0], "10.0.9.9")) == "10.0.9.9:80");
  CHECK(outcome(sorry_server(all.virtual_servers[0], "10.0.9.8:80")) == "none, near: 10.0.9.9:80");
}

TEST_CASE("near matches are few and the nearest come first") {
  const std::vector<std::string> names = {"drain", "status", "stats",
                                          "state", "start",  "statistics"};
  CHECK(listed(near_matches("staus", names)) == " status stats state start");
  CHECK(listed(near_matches("stat", names)) == " stats state start status statistics");
  CHECK(listed(near_matches("stat", names, 2)) == " stats state");
  CHECK(near_matches("x", names).empty());
  CHECK(near_matches(std::string(100000, 's'), names).empty());
}
