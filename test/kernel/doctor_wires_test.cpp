#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// What the doctor sees of wires, ways and the firewall: each is broken for real, found, and gone
// when what was printed is done.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

struct Seen {
  std::string line;  // of the finding; empty: there is none
  std::string fix;   // the first
};

Seen seen(const std::string& output, const std::string& id) {
  std::istringstream lines(output);
  Seen out;
  for (std::string line; std::getline(lines, line);) {
    if (!out.line.empty()) {
      const auto fix = line.find("fix: ");
      if (fix != line.npos) out.fix = line.substr(fix + 5);
      return out;
    }
    if (line.find("  " + id + " ") != line.npos && line.find("  ok") != 0) out.line = line;
  }
  return out;
}

Seen doctor(const Site& site, const std::string& id) {
  const Ran ran = lvsctl(site.net, site.folder, {"doctor"});
  UNSCOPED_INFO(ran.output);
  return seen(ran.output, id);
}

Seen doctor_on(const Host& server, const Site& site, const std::string& id) {
  Process process(server.net,
                  lvsctl_command(site.folder, {"doctor", "--realserver", "10.0.0.100"}));
  REQUIRE(process.exit_code(20s).has_value());
  UNSCOPED_INFO(process.output());
  return seen(process.output(), id);
}

// What was printed, up to the words that say more. This kernel has the old tables only.
void do_as_told(const Host& host, const std::string& fix) {
  std::string line = fix.substr(0, fix.find(", "));
  if (line.starts_with("iptables ")) line.insert(8, "-legacy");
  host.output_of({"/bin/sh", "-c", line});
}

// What `ethtool -K DEVICE lro on` does, or off.
void set_large_receive(const Host& host, const std::string& device, bool on) {
  const Inside inside(host.net);
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_value value{.cmd = ETHTOOL_GFLAGS, .data = 0};
  ifreq request{};
  device.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  REQUIRE(::ioctl(socket.get(), SIOCETHTOOL, &request) == 0);
  constexpr std::uint32_t lro = ETH_FLAG_LRO;
  value.cmd = ETHTOOL_SFLAGS;
  value.data = on ? value.data | lro : value.data & ~lro;
  REQUIRE(::ioctl(socket.get(), SIOCETHTOOL, &request) == 0);
}

std::string dr_config() {
  return service_config({.method = "DR", .more = "name web"});
}

}  // namespace

TEST_CASE("the doctor hears a real server that answers for the VIP") {
  Site site(dr_config());
  CHECK(doctor(site, "LVD013").line.empty());
  const Host& server = site.net.server(1);
  set_sysctl(server.net, "net.ipv4.conf.all.arp_ignore", "0");
  const Seen found = doctor(site, "LVD013");
  const std::string link = server.output_of({"ip", "-o", "link", "show", "front"});
  const std::string hardware = link.substr(link.find("ether ") + 6, 17);
  CHECK(found.line.find("FAIL  LVD013 VIP 10.0.0.100 of web is answered for by " + hardware +
                        " on front") == 0);
  REQUIRE(found.fix.find("lvsctl realserver 10.0.0.100;") != std::string::npos);
  Process fix(server.net, lvsctl_command(site.folder, {"realserver", "10.0.0.100"}));
  REQUIRE(fix.exit_code(20s) == 0);
  CHECK(doctor(site, "LVD013").line.empty());
}

TEST_CASE("the doctor finds clients whose packets rp_filter drops on the director") {
  Site site(dr_config());
  const Host& director = site.net.director();
  const Host& client = site.net.client();
  // A client from elsewhere, to whom the director's way leads over the other network.
  client.output_of({"ip", "address", "add", "198.51.100.7/32", "dev", "lo"});
  client.output_of({"ip", "route", "add", "10.0.0.100", "dev", "front", "src", "198.51.100.7"});
  director.output_of({"ip", "route", "add", "default", "via", "10.0.1.1"});
  const auto drops = [&] {
    const std::string text = director.output_of({"nstat", "-asz", "TcpExtIPReversePathFilter"});
    return text.substr(text.find("Filter") + 6, 20);
  };
  CHECK(doctor(site, "LVD014").line.empty());
  // Its neighbours know it by then: ARP requests are dropped as well, and not counted.
  (void)get(client.net, {vip(Family::v4), 80}, 500ms);
  set_sysctl(director.net, "net.ipv4.conf.front.rp_filter", "1");
  const std::string before = drops();
  (void)get(client.net, {vip(Family::v4), 80}, 500ms);
  CHECK(drops() != before);
  const Seen found = doctor(site, "LVD014");
  CHECK(found.line.find("warn  LVD014 rp_filter is 1 on front, and the way to clients of web is "
                        "back") == 0);
  do_as_told(director, found.fix);
  CHECK(doctor(site, "LVD014").line.empty());
}

TEST_CASE("the doctor on a real server counts what rp_filter drops of DR") {
  Site site(service_config({.method = "DR", .servers = 1, .more = "name web"}));
  const Host& server = site.net.server(1);
  server.output_of({"ip", "route", "add", "default", "dev", "front", "table", "100"});
  CHECK(site.who_answers() == "s1");
  CHECK(doctor_on(server, site, "LVD018").line.empty());
  set_sysctl(server.net, "net.ipv4.conf.back.rp_filter", "1");
  CHECK(doctor_on(server, site, "LVD018").line.find("info  ") == 0);
  CHECK(site.who_answers() == "timed out");
  const Seen found = doctor_on(server, site, "LVD018");
  CHECK(found.line.find("warn  LVD018 rp_filter is 1 on back, and replies from the VIP leave by "
                        "front") == 0);
  do_as_told(server, found.fix);
  CHECK(doctor_on(server, site, "LVD018").line.empty());
  CHECK(site.who_answers() == "s1");
}

TEST_CASE("the doctor reads source NAT from the firewall") {
  Site site(service_config({.more = "name web"}));
  const Host& director = site.net.director();
  CHECK(doctor(site, "LVD026").line.empty());
  director.output_of(
      {"iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-o", "back", "-j", "MASQUERADE"});
  const Seen found = doctor(site, "LVD026");
  CHECK(found.line.find("info  LVD026 there is source NAT") == 0);
  do_as_told(director, found.fix);
  CHECK(doctor(site, "LVD026").line.empty());
  director.output_of({"iptables-legacy", "-t", "nat", "-F"});
  const Seen needless = doctor(site, "LVD026");
  CHECK(needless.line.find("no rule changes sources") != std::string::npos);
  do_as_told(director, needless.fix);
  CHECK(doctor(site, "LVD026").line.empty());
}

TEST_CASE("the doctor finds a director that sends to itself and shares connections") {
  std::string config = dr_config();
  config.replace(config.find("10.0.1.1 80"), 11, "10.0.1.254 80");
  Site site("global_defs {\n  lvs_sync_daemon back\n}\n" + config);
  const Host& director = site.net.director();
  set_sysctl(director.net, "net.ipv4.vs.backup_only", "0");
  const Seen found = doctor(site, "LVD027");
  CHECK(found.line.find("warn  LVD027 this director is a real server of web") == 0);
  do_as_told(director, found.fix);
  CHECK(doctor(site, "LVD027").line.empty());
}

TEST_CASE("the doctor finds a firewall that lets no client in") {
  Site site(service_config({.more = "name web"}));
  const Host& director = site.net.director();
  CHECK(site.who_answers().starts_with("s"));
  director.output_of({"iptables-legacy", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT"});
  director.output_of({"iptables-legacy", "-A", "INPUT", "-s", "10.0.1.0/24", "-p", "tcp", "--dport",
                      "22", "-j", "ACCEPT"});
  director.output_of({"iptables-legacy", "-P", "INPUT", "DROP"});
  CHECK(site.who_answers() == "timed out");
  const Seen found = doctor(site, "LVD040");
  CHECK(found.line.find("warn  LVD040 the firewall drops what comes in (filter INPUT)") == 0);
  do_as_told(director, found.fix);
  CHECK(doctor(site, "LVD040").line.empty());
  director.output_of({"iptables-legacy", "-P", "INPUT", "ACCEPT"});
}

TEST_CASE("the doctor finds a service whose mark no rule gives") {
  Site site(
      "virtual_server fwmark 7 {\n  name web\n  lb_algo rr\n  lb_kind NAT\n  delay_loop 0.3\n"
      "  real_server 10.0.1.1 80 {\n  }\n}\n",
      1);
  const Host& director = site.net.director();
  CHECK(site.who_answers() != "s1");
  const Seen found = doctor(site, "LVD042");
  REQUIRE(found.line.find("warn  LVD042 no rule gives packets the mark 7: web gets none") == 0);
  std::string fix = found.fix;
  fix.replace(fix.find("VIP"), 3, "10.0.0.100");
  fix.replace(fix.find("PORT "), 5, "80 ");
  do_as_told(director, fix);
  CHECK(doctor(site, "LVD042").line.empty());
  CHECK(site.who_answers() == "s1");
}

TEST_CASE("the doctor finds a card that joins packets") {
  Site site(dr_config());
  const Host& director = site.net.director();
  director.output_of({"ip", "link", "add", "pair0", "type", "bond"});
  director.output_of({"ip", "link", "set", "pair0", "up"});
  set_large_receive(director, "pair0", true);
  const Seen found = doctor(site, "LVD032");
  CHECK(found.line.find("warn  LVD032 pair0 joins packets") == 0);
  CHECK(found.fix == "ethtool -K pair0 lro off");
  set_large_receive(director, "pair0", false);
  CHECK(doctor(site, "LVD032").line.empty());
}
