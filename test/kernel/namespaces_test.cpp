#include <signal.h>

#include <catch2/catch.hpp>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/named_namespace.h"

// Checks made from one network namespace, the table in another.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

Host lone_host(const char* name) {
  Host host{name, {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  return host;
}

const ServiceOptions kTwoServers;

}  // namespace

TEST_CASE("checks are made from one namespace and the table is in another") {
  TestNet net(2);
  const Host start = lone_host("start");  // where lvsd is started; reaches nobody
  const Host table = lone_host("table");  // so does this one
  const NamedNamespace checks_name(net.director().net, "lvsd-checks");
  const NamedNamespace table_name(table.net, "lvsd-table");
  const bool in_default = GENERATE(false, true);
  const Host& place = in_default ? start : table;
  const std::string global = std::string("net_namespace lvsd-checks\nnet_namespace_ipvs") +
                             (in_default ? "\n" : " lvsd-table\n") +
                             "global_defs {\n  audit_interval 0.3\n}\n";

  DaemonFolder folder;
  folder.write_config(global + service_config(kTwoServers));
  Daemon lvsd(start, folder);
  lvsd.wait_ready();
  const auto is = [&](std::vector<int> weights) {
    return eventually(5s,
                      [&] { return ipvs_table(place.net) == service_table(kTwoServers, weights); });
  };
  CHECK(is({1, 1}));
  CHECK(ipvs_table(net.director().net).empty());

  // It is the director that reaches them.
  net.web(1).set(Mood::refuses);
  CHECK(is({-1, 1}));
  net.web(1).set(Mood::answers);
  CHECK(is({1, 1}));
  // And the audit looks where the table is.
  place.output_of({"ipvsadm", "--clear"});
  CHECK(is({1, 1}));
  CHECK(ipvs_table(net.director().net).empty());

  // The lock is the table's: another lvsd for it is refused from wherever it comes.
  DaemonFolder elsewhere;
  elsewhere.write_config(service_config({.servers = 1}));
  Daemon second(place, elsewhere);
  CHECK(second.exit_code(5s) == 5);
  CHECK(second.logged("another lvsd runs in this network namespace, process " +
                      std::to_string(lvsd.pid())));
  // One for the namespace of the checks is not.
  Daemon third(net.director(), elsewhere);
  third.wait_ready();
  CHECK(ipvs_table(net.director().net) == service_table({.servers = 1}, {1}));

  lvsd.reload("net_namespace lvsd-table\n" + service_config({.servers = 1}));
  CHECK(eventually(
      5s, [&] { return lvsd.logged("net_namespace differs from the one lvsd was started with"); }));
  CHECK(is({1, 1}));
}

TEST_CASE("one namespace by its name is where everything is done") {
  TestNet net(1);
  const Host start = lone_host("start");
  const NamedNamespace name(net.director().net, "lvsd-all");
  const ServiceOptions options{.servers = 1};
  DaemonFolder folder;
  folder.write_config("net_namespace lvsd-all\n" + service_config(options));
  {
    Daemon lvsd(start, folder);
    lvsd.wait_ready();
    CHECK(ipvs_table(net.director().net) == service_table(options, {1}));
    CHECK(ipvs_table(start.net).empty());
    net.web(1).set(Mood::refuses);
    CHECK(eventually(
        5s, [&] { return ipvs_table(net.director().net) == service_table(options, {-1}); }));
    lvsd.send(SIGTERM);
    CHECK(lvsd.exit_code(5s) == 0);
  }
  // What the state file owns is of that namespace.
  folder.write_config("net_namespace lvsd-all\n");
  Daemon next(start, folder);
  next.wait_ready();
  CHECK(ipvs_table(net.director().net).empty());
}

TEST_CASE("a namespace that is missing is named and one that may not be entered says why") {
  const Host start = lone_host("start");
  DaemonFolder folder;
  SECTION("missing") {
    folder.write_config("net_namespace lvsd-nowhere\n");
    Daemon lvsd(start, folder);
    CHECK(lvsd.exit_code(5s) == 9);
    CHECK(lvsd.logged("opening the network namespace 'lvsd-nowhere' (/run/netns/lvsd-nowhere)"));
  }
  SECTION("forbidden") {
    const Host table = lone_host("table");
    const NamedNamespace name(table.net, "lvsd-table");
    folder.write_config("net_namespace_ipvs lvsd-table\n");
    Command command{"setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"};
    for (const std::string& word : lvsd_command(folder))
      command.push_back(word);
    Process lvsd(start.net, command);
    CHECK(lvsd.exit_code(5s) == 7);
    CHECK(lvsd.output().find("CAP_SYS_ADMIN") != std::string::npos);
  }
}
