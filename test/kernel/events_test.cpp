#include <catch2/catch.hpp>
#include <csignal>

#include "api/json.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/lvsctl.h"
#include "test/kernel/lvsd_config.h"

// What happened on a real kernel, as lvsctl tells it.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

TEST_CASE("a server that dies and a change by somebody else are events with all their parts") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 1\n}\n" + service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  Process watch(net.director().net,
                lvsctl_command(folder, {"watch", "server.state=DOWN", "--exec",
                                        "echo seen {service} {server}: {state}"}));
  Process follow(net.director().net, lvsctl_command(folder, {"events", "--follow", "-o", "json"}));
  REQUIRE(eventually(5s, [&] { return follow.output().find("serves 1") != std::string::npos; }));

  net.web(2).set(Mood::stopped);
  REQUIRE(eventually(
      8s, [&] { return watch.output() == "seen tcp:10.0.0.100:80 10.0.1.2:80: DOWN\n"; }));
  net.director().output_of({"ipvsadm", "--edit-server", "--tcp-service", "10.0.0.100:80",
                            "--real-server", "10.0.1.1:80", "--masquerading", "--weight", "7"});
  REQUIRE(eventually(8s, [&] { return follow.output().find("\"drift\"") != std::string::npos; }));

  const Ran drift = lvsctl(net, folder, {"events", "--event", "drift", "-o", "json"});
  INFO(drift.output);
  CHECK(drift.exit == 0);
  const auto found = api::document<std::vector<api::EventView>>(drift.output);
  REQUIRE(found.has_value());
  REQUIRE_FALSE(found->view.empty());
  CHECK(found->view[0].state == "NAT weight 7");
  CHECK(found->view[0].before == "NAT weight 1");

  // Who follows goes on with the next lvsd, and has missed nothing.
  lvsd.send(SIGTERM);
  REQUIRE(lvsd.exit_code(10s) == 0);
  Daemon next(net.director(), folder);
  next.wait_ready();
  CHECK(eventually(8s, [&] {
    const std::string told = follow.output();
    const auto first = told.find("serves 1 virtual servers");
    return told.find("serves 1 virtual servers", first + 1) != std::string::npos;
  }));
}
