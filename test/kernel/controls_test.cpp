#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <deque>
#include <fstream>
#include <sstream>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// Timeouts and connection sync, with ipvsadm as the witness.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string timeouts(const Host& host) {
  return host.output_of({"ipvsadm", "--list", "--timeout"});
}

// "master sync daemon (mcast=lo, syncid=7, …" a line.
std::string sync_daemons(const Host& host) {
  return host.output_of({"ipvsadm", "--list", "--daemon"});
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string global(const std::string& lines) {
  return "global_defs {\n  audit_interval 0.3\n" + lines + "}\n";
}

Host lone_host() {
  Host host{"director", {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  return host;
}

std::string contents(const NetworkNamespace& where, const std::string& path) {
  const Inside inside(where);
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("the timeouts of the file are the kernel's and are put back and outlive the daemon") {
  const Host host = lone_host();
  host.output_of({"ipvsadm", "--set", "800", "110", "290"});
  DaemonFolder folder;
  folder.write_config(global("  lvs_timeouts tcp 1000 udp 77\n"));
  Daemon lvsd(host, folder);
  lvsd.wait_ready();
  CHECK(timeouts(host) == "Timeout (tcp tcpfin udp): 1000 110 77\n");

  host.output_of({"ipvsadm", "--set", "60", "61", "62"});
  // tcpfin is nobody's but theirs.
  CHECK(eventually(5s, [&] { return timeouts(host) == "Timeout (tcp tcpfin udp): 1000 61 77\n"; }));
  CHECK(lvsd.logged("Drift: timeouts are tcp 60 tcpfin 61 udp 62, wanted tcp 1000 udp 77; "));

  lvsd.reload(global("  lvs_timeouts tcpfin 30\n"));
  CHECK(eventually(5s, [&] { return timeouts(host) == "Timeout (tcp tcpfin udp): 1000 30 77\n"; }));
  lvsd.send(SIGTERM);
  CHECK(lvsd.exit_code(5s) == 0);
  CHECK(timeouts(host) == "Timeout (tcp tcpfin udp): 1000 30 77\n");
}

TEST_CASE("a timeout that an operator sets is the kernel's until it is taken back") {
  const Host host = lone_host();
  host.output_of({"ipvsadm", "--set", "800", "110", "290"});
  DaemonFolder folder;
  folder.write_config(global("  lvs_timeouts udp 77\n"));
  std::optional<Daemon> lvsd(std::in_place, host, folder);
  lvsd->wait_ready();
  const auto is = [&](std::string_view values) {
    return eventually(5s, [&] {
      return timeouts(host) == "Timeout (tcp tcpfin udp): " + std::string(values) + "\n";
    });
  };
  const auto set = [&](std::string_view what) {
    return ask(folder.socket(), "POST /api/v1/timeouts/" + std::string(what)).status;
  };
  CHECK(set("udp?value=60") == 200);
  CHECK(is("800 110 60"));
  CHECK(set("tcpfin?value=20") == 200);
  CHECK(is("800 20 60"));
  CHECK(set("tcpfin?value=30") == 200);
  CHECK(is("800 30 60"));
  CHECK(set("tcp?value=0") == 400);
  CHECK(set("sctp?value=5") == 404);
  host.output_of({"ipvsadm", "--set", "70", "71", "72"});
  CHECK(is("70 30 60"));  // tcp is nobody's

  lvsd->send(SIGKILL);
  REQUIRE(lvsd->exit_code(5s));
  host.output_of({"ipvsadm", "--set", "70", "71", "72"});
  lvsd.emplace(host, folder);
  lvsd->wait_ready();
  CHECK(is("70 30 60"));
  CHECK(ask(folder.socket(), "GET /api/v1/overrides").body.find("\"timeouts\"") !=
        std::string::npos);

  CHECK(set("tcpfin") == 200);
  CHECK(is("70 110 60"));  // what was there before anybody wished
  lvsd->reload(global("  lvs_timeouts udp 88\n"));
  CHECK(is("70 110 88"));  // the file has changed its mind
}

TEST_CASE("the sync daemon of the file runs and changes and is put back and goes with its line") {
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(global("  lvs_sync_daemon lo id 7 maxlen 1400 port 8849 ttl 2\n"));
  std::optional<Daemon> lvsd(std::in_place, host, folder);
  lvsd->wait_ready();
  const auto runs = [&](std::string_view settings) {
    const std::string both = sync_daemons(host);
    return has(both, fmt::format("master sync daemon ({}", settings)) &&
           has(both, fmt::format("backup sync daemon ({}", settings));
  };
  CHECK(runs("mcast=lo, syncid=7, maxlen=1400, group=224.0.0.81, port=8849, ttl=2"));

  host.output_of({"ipvsadm", "--stop-daemon", "backup"});
  CHECK(eventually(5s, [&] { return runs("mcast=lo, syncid=7,"); }));
  CHECK(lvsd->logged("Drift: sync backup is missing; changed by someone else, repairing"));

  lvsd->reload(global("  lvs_sync_daemon lo id 8\n"));
  CHECK(eventually(5s, [&] { return runs("mcast=lo, syncid=8,"); }));

  // The next one finds it, and that it is ours.
  lvsd->send(SIGTERM);
  CHECK(lvsd->exit_code(5s) == 0);
  CHECK(runs("mcast=lo, syncid=8,"));
  folder.write_config(global(""));
  lvsd.emplace(host, folder);
  lvsd->wait_ready();
  CHECK(eventually(5s, [&] { return !has(sync_daemons(host), "sync daemon"); }));
}

TEST_CASE("a sync daemon that is not of the file is left alone") {
  const Host host = lone_host();
  host.output_of(
      {"ipvsadm", "--start-daemon", "master", "--mcast-interface", "lo", "--syncid", "3"});
  DaemonFolder folder;
  folder.write_config(global("  lvs_sync_daemon lo inst VI_1 id 8\n"));
  Daemon lvsd(host, folder);
  lvsd.wait_ready();
  CHECK(lvsd.logged("lvs_sync_daemon follows the VRRP instance VI_1"));
  CHECK(always(1s,
               [&] { return has(sync_daemons(host), "master sync daemon (mcast=lo, syncid=3"); }));
}

TEST_CASE("an interface that is missing is named and the sync daemon runs when it comes") {
  TestNet net(1);
  const ServiceOptions options{.servers = 1};
  DaemonFolder folder;
  folder.write_config(global("  lvs_sync_daemon later0 id 1\n") + service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(eventually(5s, [&] { return lvsd.logged("there is no interface later0"); }));
  CHECK(text(get(net.client().net, {vip(Family::v4), 80})) == "s1");
  net.director().output_of({"ip", "link", "add", "later0", "type", "dummy"});
  net.director().output_of({"ip", "addr", "add", "10.8.0.1/24", "dev", "later0"});
  net.director().output_of({"ip", "link", "set", "later0", "up"});
  CHECK(eventually(
      8s, [&] { return has(sync_daemons(net.director()), "master sync daemon (mcast=later0"); }));
  CHECK(eventually(1s, [&] { return lvsd.logged("IPVS is set up as the file says again"); }));
}

TEST_CASE("connections of one director are known to the other") {
  TestNet net(1);
  const Host peer{"peer", {}};
  net.director().output_of({"ip", "link", "add", "sync0", "type", "veth", "peer", "name", "sync0",
                            "netns", fmt::format("/proc/{}/fd/{}", ::getpid(), peer.net.fd())});
  for (const auto& [host, address] :
       {std::pair(&net.director(), "10.7.0.1/24"), std::pair(&peer, "10.7.0.2/24")}) {
    host->output_of({"ip", "addr", "add", address, "dev", "sync0"});
    host->output_of({"ip", "link", "set", "sync0", "up"});
  }
  const std::string sync = global("  lvs_sync_daemon sync0 id 5\n");
  DaemonFolder here;
  here.write_config(sync + service_config({.servers = 1}));
  Daemon lvsd(net.director(), here);
  lvsd.wait_ready();
  DaemonFolder there;
  there.write_config(sync);
  Daemon other(peer, there);
  other.wait_ready();

  Connection connection(net.client().net, {vip(Family::v4), 80});
  const auto known = [&] {
    if (text(connection.ask()) != "s1") return false;
    const std::string table = contents(peer.net, "/proc/thread-self/net/ip_vs_conn_sync");
    return has(table, " 0A000064 0050 ") && has(table, "SYNC");
  };
  CHECK(eventually(10s, known));
}
