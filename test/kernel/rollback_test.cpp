#include <catch2/catch.hpp>

#include "test/kernel/daemon.h"
#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// Back to an earlier configuration with lvsctl, seen in the kernel's table.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string config(int servers) {
  return service_config({.servers = servers});
}

}  // namespace

TEST_CASE("config rollback brings back the servers that a reload took out") {
  Site site(config(2));
  REQUIRE(site.becomes({1, 1}));
  site.folder.write_config(config(1));
  REQUIRE(lvsctl(site.net, site.folder, {"reload"}).exit == 0);
  REQUIRE(site.becomes({1}));

  const Ran plan = lvsctl(site.net, site.folder, {"config", "rollback", "--dry-run"});
  INFO(plan.output);
  CHECK(plan.exit == 1);
  CHECK(plan.output.find("kernel: 1 add\n") != std::string::npos);
  CHECK(site.stays({1}, 300ms));

  const Ran back = lvsctl(site.net, site.folder, {"config", "rollback", "1", "--reason", "hasty"});
  INFO(back.output);
  CHECK(back.exit == 0);
  CHECK(back.output.find("applied gen 3, the configuration of gen 1, in ") == 0);
  CHECK(back.output.find("The file is not changed and says otherwise") != std::string::npos);
  CHECK(back.output.find("Undo: lvsctl config rollback 2\n") != std::string::npos);
  CHECK(site.becomes({1, 1}));
  CHECK(lvsctl(site.net, site.folder, {"config", "diff"}).exit == 1);
  const Ran history = lvsctl(site.net, site.folder, {"config", "history"});
  INFO(history.output);
  CHECK(history.output.find("hasty") != std::string::npos);
  CHECK(lvsctl(site.net, site.folder, {"config", "history", "-o", "name"}).output == "3\n2\n1\n");

  // A crash does not bring back what was gone away from; a file that says something new does count.
  site.restart();
  CHECK(site.stays({1, 1}, 500ms));
  CHECK(lvsctl(site.net, site.folder, {"status"}).output.find("says otherwise") !=
        std::string::npos);
  site.kill();
  site.folder.write_config(config(3));
  site.start();
  CHECK(site.becomes({1, 1, 1}));
}

TEST_CASE("a rollback that is not confirmed goes back by itself though lvsd was killed meanwhile") {
  Site site(config(2));
  REQUIRE(site.becomes({1, 1}));
  site.folder.write_config(config(1));
  REQUIRE(lvsctl(site.net, site.folder, {"reload"}).exit == 0);
  REQUIRE(site.becomes({1}));

  const Ran back = lvsctl(site.net, site.folder, {"config", "rollback", "--confirm-within", "4s"});
  INFO(back.output);
  REQUIRE(back.exit == 0);
  CHECK(back.output.find("Goes back to gen 2 at ") != std::string::npos);
  REQUIRE(site.becomes({1, 1}));
  site.restart();
  CHECK(site.lvsd->logged("goes back to generation 2 at "));
  CHECK(lvsctl(site.net, site.folder, {"status"}).output.find("goes back to generation 2") !=
        std::string::npos);
  CHECK(site.becomes({1}, 10s));
  CHECK(site.lvsd->logged("Generation 3 was not confirmed in time: back to generation 2"));
  CHECK(lvsctl(site.net, site.folder, {"config", "confirm"}).exit == 5);

  REQUIRE(
      lvsctl(site.net, site.folder, {"config", "rollback", "1", "--confirm-within", "2s"}).exit ==
      0);
  const Ran confirmed = lvsctl(site.net, site.folder, {"config", "confirm"});
  INFO(confirmed.output);
  CHECK(confirmed.exit == 0);
  CHECK(confirmed.output.find("stays in force\nUndo: lvsctl config rollback ") !=
        std::string::npos);
  CHECK(site.stays({1, 1}, 3s));
}
