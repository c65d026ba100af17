#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "test/kernel/policy_site.h"

// What holds lvsd back, and persistence, with the traffic they are about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string guarded(std::string_view word, const ServiceOptions& options) {
  return fmt::format("global_defs {{\n  {}\n}}\n", word) + service_config(options);
}

Tally requests(const Site& site, int count) {
  return get_many(count, site.net.client().net, {vip(Family::v4), 80}, 1s);
}

int calm(const Site& site) {
  return ask(site.folder.socket(), "POST /api/v1/services/tcp:10.0.0.100:80/calm").status;
}

bool has(const Site& site, const std::string& entry) {
  return eventually(5s, [&] {
    return ipvs_table(site.net.director().net).find(entry + "\n") != std::string::npos;
  });
}

// Visits of a client that ends its connection with a reset: the kernel remembers that for 10 s
// only, a connection that is closed for 120.
std::string brief_visit(const Site& site) {
  const Inside there(site.net.client().net);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(80);
  to.sin_addr.s_addr = htonl(0x0a000064);  // 10.0.0.100
  const timeval limit{2, 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const linger reset{1, 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return "refused";
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  if (::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return "reset";
  std::array<char, 1024> room{};
  const ssize_t got = ::recv(client.get(), room.data(), room.size(), 0);
  if (got <= 0) return "timed out";
  const std::string_view answer(room.data(), static_cast<std::size_t>(got));
  return std::string(answer.substr(answer.find("\r\n\r\n") + 4));
}

const std::string template_sysctl = "net.ipv4.vs.expire_quiescent_template";

std::string expires_templates(const Site& site) {
  const Inside there(site.net.director().net);
  std::string value;
  std::getline(std::ifstream("/proc/sys/net/ipv4/vs/expire_quiescent_template"), value);
  return value;
}

// Drains the server that clients persist to and returns what they meet then.
std::string met_after_drain(const Site& site, const std::string& how = "drain") {
  const std::string first = site.who_answers();
  REQUIRE((first == "s1" || first == "s2"));
  CHECK(text(requests(site, 3)) == first + " 3");
  const std::string number = first.substr(1);
  CHECK(site.post(how, "10.0.1." + number + ":80").status == 200);
  CHECK(has(site, "10.0.1." + number + ":80 NAT weight 0"));
  const std::string then = text(requests(site, 3));
  return then == first + " 3" ? "the same" : then.ends_with(" 3") ? "the other" : then;
}

}  // namespace

TEST_CASE("when most of a pool fails at once the table is held until an operator says so") {
  Site site(guarded("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 2s));
  CHECK(requests(site, 3)["s3"] >= 1);

  site.restart();  // the next one finds the same
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  CHECK(site.stays({1, 1, 1}, 1s));
  CHECK(calm(site) == 200);
  CHECK(site.becomes({-1, -1, 1}));
  CHECK(text(requests(site, 4)) == "s3 4");
}

TEST_CASE("a panic is over when fewer than that still fail") {
  Site site(guarded("panic_percent 50", {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::refuses);
  site.net.web(2).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl calm tcp:10.0.0.100:80'"); }));
  CHECK(site.becomes({1, 1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.becomes({1, -1, 1}));
}

TEST_CASE("a server that fails again and again has to pass for longer before it comes in") {
  Site site(guarded("flap_hold 3", {}));
  REQUIRE(site.becomes({1, 1}));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  REQUIRE(site.becomes({1, 1}, 2s));
  site.net.web(1).set(Mood::stopped);
  REQUIRE(site.becomes({-1, 1}));
  site.net.web(1).set(Mood::answers);
  CHECK(site.stays({-1, 1}, 1500ms));
  CHECK(text(requests(site, 4)) == "s2 4");
  CHECK(site.becomes({1, 1}, 10s));
}

TEST_CASE("a file without most of the servers is applied by force only") {
  const std::string guard = "reload_guard 50";
  Site site(guarded(guard, {.servers = 3}));
  REQUIRE(site.becomes({1, 1, 1}));
  site.lvsd->reload(guarded(guard, {.servers = 1}));
  CHECK(eventually(5s, [&] { return site.lvsd->logged("'lvsctl reload --force' applies it"); }));
  CHECK(site.stays({1, 1, 1}, 500ms));
  site.lvsd->reload(guarded(guard, {.servers = 2}));
  CHECK(site.becomes({1, 1}));
  site.folder.write_config(guarded(guard, {.servers = 1}));
  CHECK(ask(site.folder.socket(), "POST /api/v1/config/reload?force=1").status == 200);
  CHECK(site.becomes({1}));
}

TEST_CASE("clients that persist leave a server that drains where lvsd may say so to the kernel") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(guarded("ipvs_sysctl auto", persistent));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  CHECK(met_after_drain(site) == "the other");
}

TEST_CASE("clients that persist stay with a server that drains where the kernel is as it was") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(service_config(persistent));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  CHECK(site.lvsd->logged("net.ipv4.vs.expire_quiescent_template is 0, so it is not true that"));
  CHECK(met_after_drain(site) == "the same");
}

TEST_CASE("a hard drain sends clients that persist elsewhere and keeps the connections they have") {
  Site site(guarded("ipvs_sysctl auto", {.more = "persistence_timeout 60"}));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  CHECK(expires_templates(site) == "0");  // no word of the file needs it
  Connection kept = site.connect();
  const std::string first = text(kept.ask());
  CHECK(met_after_drain(site, "drain?returning=hard") == "the other");
  CHECK(text(kept.ask()) == first);
  CHECK(expires_templates(site) == "1");
  const std::string server = "10.0.1." + first.substr(1) + ":80";
  const Reply soft = site.post("drain?returning=soft", server);
  CHECK(soft.status == 409);
  CHECK(soft.body.find("lets no client come back") != std::string::npos);

  site.restart();
  CHECK(site.state(server) == "DRAINING");
  CHECK(text(kept.ask()) == first);
  CHECK(text(requests(site, 2)).find(first) == std::string::npos);
}

TEST_CASE("a hard drain that the kernel would not keep is refused with what to do") {
  Site site(service_config({.more = "persistence_timeout 60"}));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  const Reply hard = site.post("drain?returning=hard");
  CHECK(hard.status == 409);
  CHECK(hard.body.find("sysctl -w net.ipv4.vs.expire_quiescent_template=1") != std::string::npos);
  CHECK(has(site, "10.0.1.1:80 NAT weight 1"));
  set_sysctl(site.net.director().net, template_sysctl, "1");
  CHECK(met_after_drain(site, "drain?returning=hard") == "the other");
}

TEST_CASE("a soft drain serves clients that persist until the last of them is forgotten") {
  Site site(service_config({.more = "persistence_timeout 15"}));
  REQUIRE(has(site, "10.0.1.2:80 NAT weight 1"));
  const std::string first = brief_visit(site);
  REQUIRE((first == "s1" || first == "s2"));
  const std::string server = "10.0.1." + first.substr(1) + ":80";
  const Reply drained = site.post("drain?returning=soft", server);
  CHECK(drained.status == 200);
  CHECK(drained.body.find("clients that persist (15 s) come back") != std::string::npos);
  CHECK(has(site, server + " NAT weight 0"));
  CHECK(brief_visit(site) == first);
  site.restart();
  CHECK(brief_visit(site) == first);
  const auto last_visit = std::chrono::steady_clock::now();
  CHECK(eventually(60s, [&] { return site.state(server) == "DRAINED"; }));
  // The connections are forgotten after 10 s; what was waited for is the template.
  CHECK(std::chrono::steady_clock::now() - last_visit >= 14s);
  const std::string other = brief_visit(site);
  CHECK(other != first);
  CHECK((other == "s1" || other == "s2"));
}
