#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>

#include "base/unique_fd.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// What lvsd does beside the table: settings of the kernel, and scripts.

using namespace lvsd::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::string kPair =
    "virtual_server 10.0.0.100 80 {\n  lvs_method NAT\n  lvs_sched rr\n  protocol TCP\n"
    "  real_server 10.0.1.1 80 {\n    backup_server 10.0.1.2 80\n  }\n}\n";

std::string sysctl(const TestNet& net, std::string_view name) {
  std::string value =
      output_of(net.director().net, {"cat", "/proc/sys/net/ipv4/" + std::string(name)});
  if (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

}  // namespace

TEST_CASE("what the file and its words need of the kernel is set and can be put back") {
  const TestNet net(2);
  set_sysctl(net.director().net, "net.ipv4.vs.expire_nodest_conn", "0");
  const std::string keepalive = sysctl(net, "tcp_keepalive_time");
  const DaemonFolder folder;
  folder.write_config(
      "global_defs {\n  ipvs_sysctl auto\n  tcp_keepalive {\n    time 321\n  }\n}\n" + kPair);
  std::optional<Daemon> lvsd(std::in_place, net.director(), folder);
  lvsd->wait_ready();
  CHECK(sysctl(net, "vs/expire_nodest_conn") == "1");
  CHECK(sysctl(net, "tcp_keepalive_time") == "321");
  CHECK(lvsd->logged("net.ipv4.vs.expire_nodest_conn is 1 now, was 0"));

  lvsd->send(SIGKILL);  // the next one knows what was there before
  REQUIRE(lvsd->exit_code(5s));
  lvsd.emplace(net.director(), folder);
  lvsd->wait_ready();
  CHECK(sysctl(net, "vs/expire_nodest_conn") == "1");
  const Reply rehearsed = ask(folder.socket(), "POST /api/v1/tuning/restore?dry_run=1");
  CHECK(rehearsed.body.find("net.ipv4.vs.expire_nodest_conn 1 -> 0") != std::string::npos);
  CHECK(sysctl(net, "vs/expire_nodest_conn") == "1");
  CHECK(ask(folder.socket(), "POST /api/v1/tuning/restore").status == 200);
  CHECK(sysctl(net, "vs/expire_nodest_conn") == "0");
  CHECK(sysctl(net, "tcp_keepalive_time") == keepalive);
}

TEST_CASE("without the word nothing of the kernel is set and what is missing is told") {
  const TestNet net(2);
  set_sysctl(net.director().net, "net.ipv4.vs.expire_nodest_conn", "0");
  const DaemonFolder folder;
  folder.write_config(kPair);
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(sysctl(net, "vs/expire_nodest_conn") == "0");
  CHECK(lvsd.logged("net.ipv4.vs.expire_nodest_conn is 0, so it is not true that connections end"));
  CHECK(ask(folder.socket(), "GET /api/v1/status").body.find("so it is not true that") !=
        std::string::npos);
}

namespace {

std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(bytes[i]) << 8 | bytes[i + 1];
  while (sum > 0xffff)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// A server tells the director that a packet to it was too large for a link of `mtu`.
void complain_of_size(const TestNet& net, int number, std::uint8_t mtu_high, std::uint8_t mtu_low) {
  const auto last = static_cast<std::uint8_t>(number);
  std::array<std::uint8_t, 36> message = {
      3,    4, 0, 0,   0,  0, mtu_high, mtu_low,               // unreachable, too large
      0x45, 0, 5, 0,   0,  1, 0x40,     0,       64, 1, 0, 0,  // of this packet
      10,   0, 1, 254, 10, 0, 1,        last,                  // from and to
      0,    0, 0, 0,   0,  0, 0,        0};                    // an echo's answer
  const std::uint16_t sum = checksum(message);
  message[2] = static_cast<std::uint8_t>(sum >> 8);
  message[3] = static_cast<std::uint8_t>(sum & 0xff);
  const Inside there(net.server(number).net);
  const lvsd::UniqueFd socket(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(0x0a0001fe);  // 10.0.1.254
  if (::sendto(socket.get(), message.data(), message.size(), 0,
               reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0)
    throw std::runtime_error("no ICMP message");
}

std::string routes(const TestNet& net) {
  return output_of(net.director().net, {"ip", "route", "show", "proto", "108"});
}

// The MTU that a packet to a server finds.
bool has_mtu(const TestNet& net, int number, const std::string& mtu) {
  const std::string found =
      output_of(net.director().net, {"ip", "route", "get", "10.0.1." + std::to_string(number)});
  return found.find("mtu " + mtu) != std::string::npos;
}

const std::string kTunnels =
    "virtual_server 10.0.0.100 80 {\n  lvs_method TUN\n  lvs_sched rr\n  protocol TCP\n"
    "  real_server 10.0.1.1 80 {\n    min_mtu 1400\n  }\n  real_server 10.0.1.2 80 {\n  }\n}\n";

}  // namespace

TEST_CASE("with min_mtu no ICMP message makes the MTU of a path less and all can be put back") {
  const TestNet net(2);
  const std::string least = sysctl(net, "route/min_pmtu");
  const DaemonFolder folder;
  const std::string global = "global_defs {\n  min_mtu 1000\n  audit_interval 0.3\n}\n";
  folder.write_config(global + kTunnels);
  std::optional<Daemon> lvsd(std::in_place, net.director(), folder);
  lvsd->wait_ready();
  CHECK(sysctl(net, "route/min_pmtu") == "1000");
  CHECK(lvsd->logged("the route to 10.0.1.1 has an MTU of 1400 now, locked: 1380 bytes of it"));
  const std::string made = routes(net);
  CHECK(made.find("10.0.1.1 dev back") == 0);
  CHECK(has_mtu(net, 1, "lock 1400"));
  CHECK_FALSE(has_mtu(net, 2, ""));
  for (int i = 0; i < 2; ++i)
    CHECK(text(get(net.client().net, {vip(lvsd::Family::v4), 80}, 1s)).starts_with("s"));

  complain_of_size(net, 1, 2, 88);  // 600
  complain_of_size(net, 2, 2, 88);
  CHECK(eventually(5s, [&] { return has_mtu(net, 2, "lock 1000"); }));
  CHECK(has_mtu(net, 1, "lock 1400"));

  lvsd->send(SIGKILL);
  REQUIRE(lvsd->exit_code(5s));
  CHECK(routes(net) == made);
  lvsd.emplace(net.director(), folder);
  lvsd->wait_ready();
  CHECK(routes(net) == made);
  CHECK_FALSE(lvsd->logged("the route to 10.0.1.1"));
  output_of(net.director().net, {"ip", "route", "del", "10.0.1.1", "proto", "108"});
  CHECK(eventually(5s, [&] { return routes(net) == made; }));

  const std::string listed = ask(folder.socket(), "GET /api/v1/tuning").body;
  CHECK(listed.find("\"name\":\"route 10.0.1.1 mtu\",\"config\":\"lock 1400\"") !=
        std::string::npos);
  const Reply rehearsed = ask(folder.socket(), "POST /api/v1/tuning/restore?dry_run=1");
  CHECK(rehearsed.body.find("remove route 10.0.1.1 mtu lock 1400") != std::string::npos);
  CHECK(routes(net) == made);
  CHECK(ask(folder.socket(), "POST /api/v1/tuning/restore").status == 200);
  CHECK(routes(net).empty());
  CHECK(sysctl(net, "route/min_pmtu") == least);
  CHECK(always(1s, [&] { return routes(net).empty(); }));
}

TEST_CASE("a min_mtu that cannot be in force is told and a route that nobody wants is removed") {
  const TestNet net(2);
  const DaemonFolder folder;
  const std::string global = "global_defs {\n  audit_interval 0.3\n}\n";
  folder.write_config(global + kTunnels);
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  REQUIRE_FALSE(routes(net).empty());
  output_of(net.director().net, {"ip", "link", "set", "back", "mtu", "1300"});
  CHECK(eventually(5s, [&] {
    return lvsd.logged("min_mtu of 10.0.1.1 is not in force: it is 1400, and the device has");
  }));
  CHECK(routes(net).empty());
  CHECK(ask(folder.socket(), "GET /api/v1/status").body.find("min_mtu of 10.0.1.1 is not in") !=
        std::string::npos);
  output_of(net.director().net, {"ip", "link", "set", "back", "mtu", "1500"});
  CHECK(eventually(5s, [&] { return !routes(net).empty(); }));

  // A route of the operator's stays what it is.
  output_of(net.director().net, {"ip", "route", "add", "10.0.1.1", "dev", "back", "metric", "5"});
  CHECK(eventually(5s, [&] { return lvsd.logged("somebody else has made a route to it alone"); }));
  CHECK(output_of(net.director().net, {"ip", "route", "show", "10.0.1.1"}).find("metric 5") !=
        std::string::npos);
  output_of(net.director().net, {"ip", "route", "del", "10.0.1.1", "dev", "back", "metric", "5"});
  CHECK(eventually(5s, [&] { return !routes(net).empty(); }));
  lvsd.reload(global + kPair);
  CHECK(eventually(5s, [&] { return routes(net).empty(); }));
}

TEST_CASE("idle connections that the kernel forgets before keepalive asks are warned of") {
  const TestNet net(2);
  set_sysctl(net.director().net, "net.ipv4.tcp_keepalive_time", "600");
  set_sysctl(net.director().net, "net.ipv4.tcp_keepalive_intvl", "75");
  const DaemonFolder folder;
  folder.write_config(service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK_FALSE(lvsd.logged("idle connections die without notice"));
  const auto says = [&](const std::string& line) {
    return ask(folder.socket(), "GET /metrics").body.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(eventually(5s, [&] { return says("lvsd_zombie_risk 0"); }));
  CHECK(says("lvsd_tcp_keepalive_seconds 675"));
  CHECK(says("lvsd_ipvs_timeout_seconds{timeout=\"tcp\"} 900"));
  lvsd.reload("global_defs {\n  lvs_timeouts tcp 300\n  audit_interval 0.3\n}\n" +
              service_config({}));
  CHECK(eventually(5s, [&] {
    return lvsd.logged(
        "Either lvs_timeouts tcp 676, or on clients or servers tcp_keepalive_time "
        "at most 224");
  }));
  CHECK(eventually(15s, [&] { return says("lvsd_zombie_risk 1"); }));
  CHECK(says("lvsd_ipvs_timeout_seconds{timeout=\"tcp\"} 300"));
}

TEST_CASE("scripts hear of quorum and of servers that are killed and come back") {
  TestNet net(2);
  const DaemonFolder folder;
  const fs::path marks = folder.config().parent_path();
  const auto mark = [&](const std::string& name) { return (marks / name).string(); };
  const auto marked = [&](const std::string& name) {
    return eventually(5s, [&] { return fs::remove(marks / name); });
  };
  const auto touch = [&](const std::string& name) {
    return "\"/usr/bin/touch " + mark(name) + "\"";
  };
  const std::string more =
      "quorum_up " + touch("quorum_up") + "\n  quorum_down " + touch("quorum_down") + "\n  omega";
  // Who runs them is written down by one of them.
  const fs::path asks = marks / "asks";
  std::ofstream(asks) << "#!/bin/sh\ncat /proc/$PPID/comm >" << mark("runner") << "\n";
  fs::permissions(asks, fs::perms::owner_all);
  const std::string more_server = "notify_up " + touch("up") + "\n    notify_down " + touch("down");
  // So is the reader of a FIFO, which writes down what it hears and by whom it is run.
  const fs::path reader = marks / "reader";
  std::ofstream(reader) << fmt::format(
      "#!/bin/sh\necho $PPID >{}\nwhile read -r line; do\n"
      "  echo \"$(cat /proc/$PPID/comm) $line\" >>{}\ndone <\"$1\"\n",
      mark("parent"), mark("heard"));
  fs::permissions(reader, fs::perms::owner_all);
  folder.write_config("global_defs {\n  script_user root\n  lvs_notify_fifo " + mark("fifo") +
                      "\n  lvs_notify_fifo_script " + reader.string() + "\n}\n" +
                      service_config({.servers = 1, .more = more, .more_server = more_server}) +
                      "virtual_server fwmark 7 {\n  protocol TCP\n  quorum_up " + asks.string() +
                      "\n  real_server 10.0.1.2 80 {\n  }\n}\n");
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(marked("quorum_up"));
  CHECK(eventually(5s, [&] {
    std::string runner;
    return std::getline(std::ifstream(mark("runner")), runner) && runner == "lvsd-local";
  }));
  const auto heard = [&](const std::string& line) {
    return eventually(8s, [&] {
      std::ifstream in(mark("heard"));
      for (std::string one; std::getline(in, one);)
        if (one == line) return true;
      return false;
    });
  };
  CHECK(heard("lvsd-local VS [10.0.0.100]:tcp:80 UP"));
  // A checker that is lost loses its programs, and they are run by the next one.
  fs::remove(mark("heard"));
  pid_t checker = 0;
  REQUIRE(std::ifstream(mark("parent")) >> checker);
  REQUIRE(::kill(checker, SIGKILL) == 0);
  CHECK(eventually(8s, [&] { return lvsd.logged("The reader of the FIFO"); }));
  net.web(1).set(Mood::stopped);
  const bool is_heard = heard("lvsd-local RS [10.0.1.1]:tcp:80 [10.0.0.100]:tcp:80 DOWN");
  INFO(lvsd.log());
  INFO(output_of(net.director().net, {"cat", mark("heard")}));
  CHECK(is_heard);
  CHECK(marked("down"));
  CHECK(marked("quorum_down"));
  net.web(1).set(Mood::answers);
  CHECK(marked("up"));
  CHECK(marked("quorum_up"));
  lvsd.send(SIGTERM);
  CHECK(lvsd.exit_code(5s) == 0);
  CHECK(fs::exists(mark("down")));
  CHECK(fs::exists(mark("quorum_down")));
}
