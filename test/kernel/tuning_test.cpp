#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <optional>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/lvsd_config.h"

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

TEST_CASE("idle connections that the kernel forgets before keepalive asks are warned of") {
  const TestNet net(2);
  set_sysctl(net.director().net, "net.ipv4.tcp_keepalive_time", "600");
  set_sysctl(net.director().net, "net.ipv4.tcp_keepalive_intvl", "75");
  const DaemonFolder folder;
  folder.write_config(service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK_FALSE(lvsd.logged("idle connections die without notice"));
  lvsd.reload("global_defs {\n  lvs_timeouts tcp 300\n}\n" + service_config({}));
  CHECK(eventually(5s, [&] {
    return lvsd.logged(
        "Either lvs_timeouts tcp 676, or on clients or servers tcp_keepalive_time "
        "at most 224");
  }));
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
  const std::string more_server = "notify_up " + touch("up") + "\n    notify_down " + touch("down");
  folder.write_config("global_defs {\n  script_user root\n}\n" +
                      service_config({.servers = 1, .more = more, .more_server = more_server}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(marked("quorum_up"));
  net.web(1).set(Mood::stopped);
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
