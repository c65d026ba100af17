#include "test/kernel/lvsctl.h"

#include <catch2/catch.hpp>

#include "test/kernel/daemon.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/policy_site.h"

// What lvsctl says of a configuration, against the kernel that it is about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

TEST_CASE("drain with --wait ends when the server is out or the time is over") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  std::optional<Connection> kept = site.connect();
  if (text(kept->ask()) != "s1") kept = site.connect();
  REQUIRE(text(kept->ask()) == "s1");
  const std::string server = "tcp:10.0.0.100:80/10.0.1.1:80";
  const Ran over = lvsctl(site.net, site.folder, {"drain", server, "--wait", "--timeout", "2s"});
  INFO(over.output);
  CHECK(over.exit == 6);
  CHECK(over.output.find("active     1  inactive") != std::string::npos);
  CHECK(over.output.find("is still DRAINING after 2s, 1 active and 0 inactive connections") !=
        std::string::npos);
  CHECK(text(kept->ask()) == "s1");

  const Ran cut = lvsctl(site.net, site.folder,
                         {"drain", server, "--wait", "--timeout", "1s", "--then", "disable"});
  INFO(cut.output);
  CHECK(cut.exit == 0);
  CHECK(site.becomes({-1, 1}));
  CHECK(text(kept->ask()) == "reset");

  REQUIRE(lvsctl(site.net, site.folder, {"enable", server}).exit == 0);
  REQUIRE(site.becomes({1, 1}));
  const Ran gone = lvsctl(site.net, site.folder, {"drain", server, "--wait", "-q"});
  INFO(gone.output);
  CHECK(gone.exit == 0);
  CHECK(gone.output.find(server + " is DRAINED after ") == 0);
}

TEST_CASE("what config diff announces is what a reload does to the kernel") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const std::string table = ipvs_table(net.director().net);
  CHECK(lvsctl(net, folder, {"config", "diff"}).output == "no difference\n");

  folder.write_config(service_config({.servers = 1}));
  const Ran diff = lvsctl(net, folder, {"config", "diff"});
  INFO(diff.output);
  CHECK(diff.exit == 1);
  CHECK(diff.output.find("kernel: 1 remove\n") != std::string::npos);
  CHECK(ipvs_table(net.director().net) == table);

  const Ran reload = lvsctl(net, folder, {"reload"});
  INFO(reload.output);
  CHECK(reload.exit == 0);
  CHECK(ipvs_table(net.director().net) != table);
  CHECK(lvsctl(net, folder, {"config", "diff"}).exit == 0);

  folder.write_config("virtual_server {\n");
  CHECK(lvsctl(net, folder, {"reload"}).exit == 5);
  CHECK(lvsctl(net, folder, {"config", "check", folder.config()}).exit == 5);
  // What is in force can be written back and is the same.
  const Ran shown = lvsctl(net, folder, {"config", "show", "--effective"});
  REQUIRE(shown.exit == 0);
  folder.write_config(shown.output);
  CHECK(lvsctl(net, folder, {"config", "diff"}).exit == 0);
}

TEST_CASE("status says where each virtual address is, and what the kernel has beside its table") {
  TestNet net(1);
  DaemonFolder folder;
  std::string config =
      "global_defs {\n  lvs_timeouts tcp 1000\n  lvs_sync_daemon front id 51\n}\n" +
      service_config({.servers = 1});
  for (const char* service : {"10.9.9.1 80", "10.9.8.1 80", "10.9.7.1 80", "fwmark 5"})
    config += fmt::format(
        "virtual_server {} {{\n  protocol TCP\n  lvs_method TUN\n  real_server 10.0.1.1 80 {{\n  "
        "}}\n}}\n",
        service);
  folder.write_config(config);
  const Host& director = net.director();
  director.output_of({"ip", "link", "add", "idle0", "type", "dummy"});
  director.output_of({"ip", "addr", "add", "10.9.8.1/32", "dev", "idle0"});
  director.output_of({"ip", "route", "add", "local", "10.9.7.0/24", "dev", "lo"});
  Daemon lvsd(director, folder);
  lvsd.wait_ready();

  const auto says = [&](const std::string& line) {
    return lvsctl(net, folder, {"status"}).output.find(line) != std::string::npos;
  };
  CHECK(eventually(5s, [&] { return says("\n  timeouts  tcp 1000s   fin 120s   udp 300s\n"); }));
  INFO(lvsctl(net, folder, {"status"}).output);
  CHECK(eventually(5s, [&] {
    return says(
        "\n  vip       10.0.0.100 front ✔   10.9.7.1 local route ✔   10.9.8.1 idle0 ✔   "
        "10.9.9.1 ✖ MISSING\n");
  }));
  CHECK(eventually(
      5s, [&] { return says("\n  sync      master front id 51   backup front id 51\n"); }));
  director.output_of({"ip", "addr", "add", "10.9.9.1/32", "dev", "front"});
  CHECK(eventually(16s, [&] { return says("10.9.8.1 idle0 ✔   10.9.9.1 front ✔\n"); }));
}

TEST_CASE("status tells of a file that was changed and never reloaded") {
  TestNet net(1);
  DaemonFolder folder;
  folder.write_config(service_config({.servers = 1}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const auto says = [&](const std::string& line) {
    return lvsctl(net, folder, {"status"}).output.find(line) != std::string::npos;
  };
  CHECK(says(", file unchanged"));
  folder.write_config(service_config({.servers = 1}) + "# another word\n");
  CHECK(eventually(16s, [&] {
    return says(", file CHANGED since") &&
           says(
               " has changed since it was loaded: 'lvsctl config diff' shows what 'lvsctl reload' "
               "would put in force");
  }));
  REQUIRE(lvsctl(net, folder, {"reload"}).exit == 0);
  CHECK(says(", file unchanged"));
}
