#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <vector>

#include "test/kernel/policy_site.h"

// Zombies: connections that IPVS has forgotten and both ends believe in. Direct routing, where
// nothing but the client's packets pass the director.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string contents(const NetworkNamespace& where, const std::string& name) {
  const Inside inside(where);
  std::ostringstream out;
  out << std::ifstream("/proc/thread-self/net/" + name).rdbuf();
  return out.str();
}

// How many connections the director knows.
std::size_t known(const TestNet& net) {
  const std::string list = contents(net.director().net, "ip_vs_conn");
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')) - 1;
}

// How many connections to port 80 a host believes in. Its web server has one socket for both
// families.
int established(const Host& host) {
  std::istringstream lines(contents(host.net, "tcp6"));
  int count = 0;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state;
    words >> number >> local >> remote >> state;
    if (local.ends_with(":0050") && state == "01") ++count;
  }
  return count;
}

// Resets a host has sent.
int resets(const Host& host) {
  std::istringstream lines(contents(host.net, "snmp"));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("Tcp:")) continue;
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
      words.push_back(word);
    if (names.empty())
      names = words;
    else
      for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == "OutRsts") return std::stoi(words[i]);
  }
  throw std::runtime_error("no OutRsts in /proc/net/snmp");
}

// IPVS forgets after seconds here, in the place of fifteen minutes.
std::string dr_config(int tcp_timeout, const std::string& global = "") {
  return "global_defs {\n  lvs_timeouts tcp " + std::to_string(tcp_timeout) + "\n" + global +
         "}\n"
         "virtual_server 10.0.0.100 80 {\n  lb_algo rr\n  lb_kind DR\n  protocol TCP\n"
         "  real_server 10.0.1.1 80 {\n  }\n  real_server 10.0.1.2 80 {\n  }\n}\n";
}

// A connection keeps the timeout that it began with, and lvsd is ready before it has set it.
bool forgets_after(const Site& site, int seconds) {
  const std::string set = "(tcp tcpfin udp): " + std::to_string(seconds) + " ";
  return eventually(5s, [&] {
    return site.net.director().output_of({"ipvsadm", "--list", "--timeout"}).find(set) !=
           std::string::npos;
  });
}

bool is_warned(const Site& site) {
  return site.lvsd->logged("idle connections die without notice");
}

}  // namespace

TEST_CASE(
    "a connection that is idle for longer than the timeout of IPVS is reset by the director") {
  Site site(dr_config(2));
  REQUIRE(forgets_after(site, 2));
  CHECK(is_warned(site));
  Connection idle = site.connect();
  const std::string server = text(idle.ask());
  const int number = server == "s1" ? 1 : 2;
  REQUIRE(known(site.net) == 1);
  REQUIRE(eventually(20s, [&] { return known(site.net) == 0; }));
  CHECK(established(site.net.server(number)) == 1);

  const int director_before = resets(site.net.director());
  CHECK(text(idle.ask()) == "reset");
  CHECK(resets(site.net.director()) > director_before);
  // Nobody told the server: it keeps what is left for as long as its own keepalive takes.
  CHECK(established(site.net.server(number)) == 1);
}

TEST_CASE("with sloppy_tcp the next segment reaches another server and that resets it") {
  Site site(dr_config(2, "  ipvs_sysctl {\n    sloppy_tcp 1\n  }\n"));
  REQUIRE(forgets_after(site, 2));
  CHECK(is_warned(site));
  Connection idle = site.connect();
  const std::string server = text(idle.ask());
  const int other = server == "s1" ? 2 : 1;
  REQUIRE(eventually(20s, [&] { return known(site.net) == 0; }));
  const int before = resets(site.net.server(other));
  CHECK(text(idle.ask()) == "reset");
  CHECK(resets(site.net.server(other)) == before + 1);
  CHECK(established(site.net.server(3 - other)) == 1);
}

TEST_CASE("with keepalive that asks before IPVS forgets no client is hurt") {
  // Whoever asks: in both cases a packet of the client passes the director.
  const bool servers_ask = GENERATE(true, false);
  Site site(dr_config(3, "  tcp_keepalive {\n    time 1\n    intvl 1\n  }\n"));
  INFO((servers_ask ? "the servers ask" : "the client asks"));
  REQUIRE(forgets_after(site, 3));
  CHECK_FALSE(is_warned(site));
  const auto ask_early = [](const Host& host) {
    set_sysctl(host.net, "net.ipv4.tcp_keepalive_time", "1");
    set_sysctl(host.net, "net.ipv4.tcp_keepalive_intvl", "1");
  };
  if (servers_ask) {
    ask_early(site.net.server(1));
    ask_early(site.net.server(2));
  } else {
    ask_early(site.net.client());
  }
  std::vector<Connection> clients;
  std::vector<std::string> servers;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(site.connect());
    servers.push_back(text(clients.back().ask()));
  }
  REQUIRE(known(site.net) == 4);
  CHECK(always(10s, [&] { return known(site.net) == 4; }));
  for (std::size_t i = 0; i < clients.size(); ++i)
    CHECK(text(clients[i].ask()) == servers[i]);
}
