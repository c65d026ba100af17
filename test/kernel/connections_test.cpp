#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <deque>
#include <regex>

#include "api/json.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// Counters and connections through the API, over real traffic.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// The body without its chunks' lengths.
std::string joined(std::string_view chunked) {
  std::string out;
  while (!chunked.empty()) {
    const auto line = chunked.find("\r\n");
    const auto size = std::stoul(std::string(chunked.substr(0, line)), nullptr, 16);
    if (size == 0) return out;
    out += chunked.substr(line + 2, size);
    chunked.remove_prefix(line + 2 + size + 2);
  }
  return "cut off: " + out;
}

std::vector<api::ConnectionView> connections(const DaemonFolder& folder,
                                             const std::string& query = "") {
  const Reply reply = ask(folder.socket(), "GET /api/v1/connections" + query);
  INFO(query << ": " << reply.status << " " << reply.body);
  REQUIRE(reply.status == 200);
  return api::document<std::vector<api::ConnectionView>>(joined(reply.body)).value().view;
}

api::ServiceView service_view(const DaemonFolder& folder, const std::string& service) {
  const Reply reply = ask(folder.socket(), "GET /api/v1/services/" + service);
  REQUIRE(reply.status == 200);
  return api::document<api::ServiceView>(reply.body).value().view;
}

}  // namespace

TEST_CASE("connections are listed with their states and filtered in both families") {
  const Family family = GENERATE(Family::v4, Family::v6);
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config({.family = family}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  std::deque<Connection> open;
  for (int i = 0; i < 6; ++i) {
    open.emplace_back(net.client().net, Endpoint{vip(family), 80});
    open.back().ask();
  }
  const std::string service = "tcp:" + text(Endpoint{vip(family), 80});
  const std::string client = family == Family::v4 ? "10.0.0.1" : "2001:db8::1";
  const auto established = [&](const std::string& more) {
    return connections(folder, "?state=established" + more);
  };
  REQUIRE(established("").size() == 6);
  const std::string one = "%22" + text(Endpoint{server_address(family, 1), 80}) + "%22";
  const auto of_one = established("&filter=server=" + one);
  CHECK(!of_one.empty());
  CHECK(of_one.size() < 6);
  CHECK(of_one.size() + established("&filter=server!=" + one).size() == 6);
  CHECK(established("&filter=state!=ESTABLISHED").empty());
  CHECK(ask(folder.socket(), "GET /api/v1/connections?filter=colour=red").status == 400);
  const api::ConnectionView first = established("").front();
  CHECK(first.protocol == "tcp");
  CHECK(first.service == text(Endpoint{vip(family), 80}));
  CHECK(parse_endpoint(first.client)->address == *parse_address(client));
  CHECK(first.expires_seconds > 800);
  CHECK_FALSE(first.is_template);

  CHECK(established("&service=" + service).size() == 6);
  CHECK(established("&client=" + client).size() == 6);
  CHECK(established("&client=" + (family == Family::v4 ? std::string("192.0.2.0/24") : "::/64"))
            .empty());
  CHECK(established("&server=" + text(Endpoint{server_address(family, 1), 80})).size() == 3);
  CHECK(established("&server=" + text(server_address(family, 2))).size() == 3);
  CHECK(established("&limit=2").size() == 2);
  CHECK(connections(folder, "?state=NO_SUCH").empty());
  CHECK(ask(folder.socket(), "GET /api/v1/connections?service=nosuch").status == 404);
}

TEST_CASE("persistence templates are listed as what they are") {
  TestNet net(1);
  DaemonFolder folder;
  folder.write_config(service_config({.servers = 1, .more = "persistence_timeout 50"}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  REQUIRE(text(get(net.client().net, {vip(Family::v4), 80})) == "s1");
  std::size_t templates = 0;
  for (const api::ConnectionView& connection : connections(folder))
    if (connection.is_template) {
      ++templates;
      CHECK(connection.client == "10.0.0.1:0");
      CHECK(connection.server == "10.0.1.1:80");
    }
  CHECK(templates == 1);
}

TEST_CASE("thousands of connections are streamed whole and the daemon answers meanwhile") {
  TestNet net(1);
  DaemonFolder folder;
  folder.write_config(service_config({.servers = 1}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  std::size_t made = 0;
  for (; made < 600; ++made)
    if (text(get(net.client().net, {vip(Family::v4), 80})) != "s1") break;
  REQUIRE(made == 600);
  const auto all = connections(folder, "?service=tcp:10.0.0.100:80");
  CHECK(all.size() >= made);  // those that are closed are kept for two minutes
  CHECK(ask(folder.socket(), "GET /readyz").status == 200);
}

TEST_CASE("counters grow with the traffic and are zeroed for one service") {
  TestNet net(1);
  DaemonFolder folder;
  const ServiceOptions options{.servers = 1};
  folder.write_config(service_config(options) +
                      "virtual_server 10.0.0.101 80 {\n  lb_algo rr\n  lb_kind NAT\n  protocol "
                      "TCP\n  real_server 10.0.1.1 80 {\n    weight 1\n  }\n}\n");
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  for (const char* vip : {"10.0.0.100", "10.0.0.101"})
    for (int i = 0; i < 5; ++i)
      REQUIRE(text(get(net.client().net, {*parse_address(vip), 80})) == "s1");
  const auto counted = [&](const std::string& service) {
    return service_view(folder, service).counters.connections.value_or(0);
  };
  // The kernel's estimator brings them up to date every two seconds.
  REQUIRE(eventually(
      8s, [&] { return counted("tcp:10.0.0.100:80") == 5 && counted("tcp:10.0.0.101:80") == 5; }));
  CHECK(service_view(folder, "tcp:10.0.0.100:80").counters.in_bytes.value_or(0) > 500);
  CHECK(service_view(folder, "tcp:10.0.0.100:80").counters.out_bytes.value_or(0) > 500);

  const std::string zero = "POST /api/v1/services/tcp:10.0.0.100:80/zero";
  const Reply rehearsed = ask(folder.socket(), zero + "?dry_run=1");
  CHECK(rehearsed.body.find("\"operations\":[\"zero tcp 10.0.0.100:80\"]") != std::string::npos);
  CHECK(counted("tcp:10.0.0.100:80") == 5);
  CHECK(ask(folder.socket(), zero).status == 200);
  CHECK(counted("tcp:10.0.0.100:80") == 0);
  CHECK(counted("tcp:10.0.0.101:80") == 5);
  const std::string stats = net.director().output_of({"ipvsadm", "--list", "--numeric", "--stats"});
  CHECK(std::regex_search(stats, std::regex("10.0.0.100:80 +0 +0 +0 +0 +0")));
}
