#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// What the tests of who takes the traffic share.

namespace lvsd::testing {

// Server 1 is the master of server 2; each has a check.
inline std::string pair_config(std::string_view policy, std::string_view method = "NAT") {
  const std::string check = "TCP_CHECK {\n connect_timeout 0.5\n retry 0\n }";
  return fmt::format(
      "virtual_server 10.0.0.100 80 {{\n  delay_loop 0.3\n  lb_algo rr\n  lb_kind {}\n"
      "  protocol TCP\n"
      "  real_server 10.0.1.1 80 {{\n    {}\n    {}\n    backup_server 10.0.1.2 80 {{\n {}\n }}\n  "
      "}}\n"
      "}}\n",
      method, policy, check, check);
}

inline std::string table_of(std::vector<int> weights) {
  return service_table({}, std::move(weights));
}

// A director with lvsd on it that may be killed and started again on what it left.
struct Site {
  explicit Site(std::string_view config, int servers = 3) : net(servers) {
    set_sysctl(net.director().net, "net.ipv4.vs.expire_nodest_conn", "1");
    folder.write_config(config);
    start();
  }
  void start() {
    lvsd.emplace(net.director(), folder);
    lvsd->wait_ready();
  }
  void kill() {
    lvsd->send(SIGKILL);
    REQUIRE(lvsd->exit_code(std::chrono::seconds(5)));
    lvsd.reset();
  }
  bool becomes(const std::vector<int>& weights,
               std::chrono::milliseconds limit = std::chrono::seconds(5)) const {
    return eventually(limit, [&] { return ipvs_table(net.director().net) == table_of(weights); });
  }
  bool stays(const std::vector<int>& weights, std::chrono::milliseconds time) const {
    return always(time, [&] { return ipvs_table(net.director().net) == table_of(weights); });
  }
  Reply post(std::string_view what, std::string_view server = "10.0.1.1:80") const {
    return ask(folder.socket(),
               fmt::format("POST /api/v1/services/{}/servers/{}/{}", service, server, what));
  }
  std::string state(std::string_view server) const {
    const Reply reply =
        ask(folder.socket(), fmt::format("GET /api/v1/services/{}/servers/{}", service, server));
    const std::size_t at = reply.body.find("\"role\"");
    const std::size_t begin = reply.body.find("\"state\":\"", at) + 9;
    return reply.body.substr(begin, reply.body.find('"', begin) - begin);
  }
  // Whether the table gets this line.
  bool gets(const std::string& entry) const {
    return eventually(std::chrono::seconds(5), [&] {
      return ipvs_table(net.director().net).find(entry + "\n") != std::string::npos;
    });
  }
  // As if it crashed, in the middle of what goes on.
  void restart() {
    kill();
    start();
  }
  Connection connect() const { return {net.client().net, {vip(Family::v4), 80}}; }
  std::string who_answers() const {
    return text(get(net.client().net, {vip(Family::v4), 80}, std::chrono::seconds(1)));
  }

  Tally requests(int count) const {
    return get_many(count, net.client().net, {vip(Family::v4), 80}, std::chrono::seconds(1));
  }

  TestNet net;
  DaemonFolder folder;
  std::optional<Daemon> lvsd;
  std::string service = "tcp:10.0.0.100:80";  // whose servers are asked about
};

}  // namespace lvsd::testing
