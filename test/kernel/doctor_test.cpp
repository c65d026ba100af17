#include <catch2/catch.hpp>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// `lvsctl doctor` on machines that are sick: each illness is one of the kernel's own.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

Ran doctor(const Site& site) {
  return lvsctl(site.net, site.folder, {"doctor"});
}

bool says(const Ran& ran, const std::string& words) {
  return ran.output.find(words) != std::string::npos;
}

// On the real server itself, where there is no lvsd.
Ran doctor_on(const Host& server, const DaemonFolder& folder, const Command& arguments) {
  Command words{"doctor", "--realserver", "10.0.0.100"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Process process(server.net, lvsctl_command(folder, words));
  const auto exit = process.exit_code(20s);
  return {exit.value_or(-1), process.output()};
}

}  // namespace

TEST_CASE("the doctor finds forwarding that is off and redirects to nobody when it is on") {
  Site site(service_config({}));
  const Ran well = doctor(site);
  INFO(well.output);
  CHECK(says(well, "  ok  LVD001 IPVS 1.2.1 is there"));
  CHECK(says(well, "  ok  LVD002 lvsd "));
  CHECK(says(well, ", and may change the network"));
  CHECK_FALSE(says(well, "LVD004"));
  CHECK(says(well, "  ok  LVD010 net.ipv4.ip_forward = 1"));
  CHECK(says(well, "  ok  LVD012 1 VIP is held"));
  CHECK_FALSE(says(well, "FAIL"));

  set_sysctl(site.net.director().net, "net.ipv4.ip_forward", "0");
  const Ran sick = doctor(site);
  INFO(sick.output);
  CHECK(sick.exit == 1);
  CHECK(says(sick, "FAIL  LVD010 net.ipv4.ip_forward is 0"));
  CHECK(says(sick, "fix: sysctl -w net.ipv4.ip_forward=1"));

  site.net.director().output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "front"});
  CHECK(says(doctor(site), "FAIL  LVD012 VIP 10.0.0.100 of tcp:10.0.0.100:80"));
}

TEST_CASE("the doctor finds settings of IPVS that break what the file says") {
  Site site(pair_config(""));
  const NetworkNamespace& there = site.net.director().net;
  CHECK(says(doctor(site), "  ok  LVD022 "));
  set_sysctl(there, "net.ipv4.vs.expire_nodest_conn", "0");
  set_sysctl(there, "net.ipv4.vs.run_estimation", "0");
  const Ran sick = doctor(site);
  INFO(sick.output);
  CHECK(sick.exit == 1);
  CHECK(says(sick, "FAIL  LVD022 net.ipv4.vs.expire_nodest_conn is 0"));
  CHECK(says(sick, "warn  LVD028 "));
}

TEST_CASE("the doctor finds connections that become zombies and no others") {
  Site site("global_defs {\n  lvs_timeouts tcp 600\n}\n" + service_config({}));
  const NetworkNamespace& there = site.net.director().net;
  set_sysctl(there, "net.ipv4.tcp_keepalive_time", "600");
  set_sysctl(there, "net.ipv4.tcp_keepalive_intvl", "30");
  const Ran sick = doctor(site);
  INFO(sick.output);
  CHECK(sick.exit == 1);
  CHECK(says(sick, "warn  LVD020 IPVS forgets TCP connections that are idle for 600 s"));
  // What it advises mends it.
  REQUIRE(says(sick, "fix: lvsctl timeouts set tcp 631"));
  REQUIRE(lvsctl(site.net, site.folder, {"timeouts", "set", "tcp", "631"}).exit == 0);
  CHECK(says(doctor(site), "  ok  LVD020 "));
}

TEST_CASE("the doctor without an lvsd judges by a file and says so") {
  Site site(service_config({}));
  site.kill();
  const Ran ran = lvsctl(site.net, site.folder, {"doctor", "--file", site.folder.config()});
  INFO(ran.output);
  CHECK(ran.exit == 1);
  CHECK(says(ran, "FAIL  LVD002 lvsd does not answer"));
  CHECK(says(ran, "  ok  LVD010 "));
}

TEST_CASE("the doctor finds a scheduler that the kernel has not") {
  Site site(service_config({}));
  // A kernel whose packages lack it, and that has not loaded it: its lists, without that line, in a
  // place of their own, as long as the command runs.
  const std::string command =
      "release=$(uname -r); folder=$(mktemp -d); mkdir -p $folder/$release; "
      "for list in modules.dep modules.builtin; do "
      "  grep -v ip_vs_mh /lib/modules/$release/$list > $folder/$release/$list; done; "
      "mount --bind $folder /lib/modules; mount -t tmpfs none /sys/module; \"$@\"; exit=$?; exit "
      "$exit";
  site.folder.write_config(
      "virtual_server 10.0.0.100 80 {\n  lb_algo mh\n  lb_kind NAT\n"
      "  protocol TCP\n  real_server 10.0.1.1 80 {\n  }\n}\n");
  const std::string file = site.folder.config();
  Command words{"unshare", "--mount", "sh", "-c", command, "sh"};
  const Command asked = lvsctl_command(site.folder, {"doctor", "--file", file});
  words.insert(words.end(), asked.begin(), asked.end());
  Process process(site.net.director().net, words);
  const auto exit = process.exit_code(20s);
  INFO(process.output());
  CHECK(exit == 1);
  CHECK(process.output().find("has no module ip_vs_mh: the kernel refuses tcp:10.0.0.100:80") !=
        std::string::npos);
  // As it is, nothing is missing.
  CHECK_FALSE(says(lvsctl(site.net, site.folder, {"doctor", "--file", file}), "has no module"));
}

TEST_CASE("the doctor on a real server finds what steals the VIP") {
  TestNet net(1);
  const DaemonFolder folder;
  const Host& server = net.server(1);
  const Ran well = doctor_on(server, folder, {});
  INFO(well.output);
  CHECK(well.exit == 0);
  CHECK(says(well, "  ok  LVD016 VIP 10.0.0.100 is on lo"));
  CHECK(says(well, "  ok  LVD017 "));

  set_sysctl(server.net, "net.ipv4.conf.all.arp_ignore", "0");
  const Ran talkative = doctor_on(server, folder, {});
  INFO(talkative.output);
  CHECK(talkative.exit == 1);
  CHECK(says(talkative, "FAIL  LVD017 arp_ignore is 0 on "));
  CHECK(says(talkative, "fix: sysctl -w net.ipv4.conf.all.arp_ignore=1"));

  const Ran tunnel = doctor_on(server, folder, {"--tunnel"});
  CHECK(says(tunnel, "  ok  LVD018 "));
  CHECK(says(tunnel, "  ok  LVD019 tunl0 is up"));
  server.output_of({"ip", "link", "set", "tunl0", "down"});
  CHECK(says(doctor_on(server, folder, {"--tunnel"}), "FAIL  LVD019 tunl0 is down"));

  server.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "lo"});
  CHECK(says(doctor_on(server, folder, {}), "FAIL  LVD016 VIP 10.0.0.100 is no address"));
}

TEST_CASE("the doctor in another network namespace says that it is in the wrong one") {
  Site site(service_config({}));
  const NetworkNamespace elsewhere;
  Process process(elsewhere, lvsctl_command(site.folder, {"doctor"}));
  const auto exit = process.exit_code(20s);
  INFO(process.output());
  CHECK(exit == 1);
  CHECK(process.output().find("FAIL  LVD004 lvsd works in another network namespace") !=
        std::string::npos);
}

TEST_CASE("a machine that realserver sets up is one that the doctor finds well") {
  TestNet net(1);
  const DaemonFolder folder;
  const Host& server = net.server(1);
  server.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "lo"});
  set_sysctl(server.net, "net.ipv4.conf.all.arp_ignore", "0");
  set_sysctl(server.net, "net.ipv4.conf.all.arp_announce", "0");
  REQUIRE(doctor_on(server, folder, {}).exit == 1);

  const auto realserver = [&](const Command& more) {
    Command words{"realserver", "10.0.0.100"};
    words.insert(words.end(), more.begin(), more.end());
    Process process(server.net, lvsctl_command(folder, words));
    const auto exit = process.exit_code(20s);
    return Ran{exit.value_or(-1), process.output()};
  };
  const Ran planned = realserver({"--dry-run"});
  CHECK(says(planned, "ip address replace 10.0.0.100/32 dev lo\n"));
  CHECK(doctor_on(server, folder, {}).exit == 1);

  const Ran done = realserver({});
  INFO(done.output);
  REQUIRE(done.exit == 0);
  CHECK(doctor_on(server, folder, {}).exit == 0);
  // Again is the same.
  CHECK(realserver({}).exit == 0);

  CHECK(realserver({"--undo"}).exit == 0);
  CHECK(says(doctor_on(server, folder, {}), "FAIL  LVD016 "));
  CHECK(realserver({"--undo"}).exit != 0);

  server.output_of({"ip", "link", "set", "tunl0", "down"});
  REQUIRE(realserver({"--tunnel"}).exit == 0);
  const Ran tunnel = doctor_on(server, folder, {"--tunnel"});
  INFO(tunnel.output);
  CHECK(tunnel.exit == 0);
}
