#include <catch2/catch.hpp>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// What those try first who have just met lvsctl, with a real lvsd.

using namespace lvsd;
using namespace lvsd::testing;

namespace {

std::string config(int weight) {
  return service_config(
      {.servers = 3, .more = "name web", .more_server = "weight " + std::to_string(weight)});
}

}  // namespace

TEST_CASE("a weight is set to a part of what the file says and all of it is taken back at once") {
  Site site(config(10));
  const auto type = [&](const Command& words) { return lvsctl(site.net, site.folder, words); };
  REQUIRE(site.becomes({10, 10, 10}));
  const Ran half = type({"set", "web/10.0.1.1:80", "weight", "50%"});
  INFO(half.output);
  CHECK(half.exit == 0);
  // Of the file's, not of what it is now.
  CHECK(type({"set", "web/10.0.1.1:80", "weight", "50%"}).exit == 0);
  CHECK(site.becomes({5, 10, 10}));
  CHECK(type({"set", "web/10.0.1.2:80", "weight", "25%", "--dry-run"}).output.find("weight 3") !=
        std::string::npos);
  CHECK(type({"set", "web/nobody", "weight", "50%"}).exit == 4);

  CHECK(type({"set", "web/10.0.1.2:80", "max_connections", "100"}).exit == 0);
  CHECK(type({"drain", "web/10.0.1.3:80"}).exit == 0);
  CHECK(type({"timeouts", "set", "udp", "60"}).exit == 0);
  const Ran planned = type({"unset", "--all", "--dry-run"});
  CHECK(planned.output.find("would be: ") == 0);
  CHECK(type({"overrides", "-o", "name"}).exit == 0);
  CHECK(site.becomes({5, 10, -1}));
  const Ran undone = type({"unset", "--all"});
  INFO(undone.output);
  CHECK(undone.exit == 0);
  CHECK(site.becomes({10, 10, 10}));
  CHECK(type({"unset", "--all"}).output == "no service and no server differs from the file\n");
  // What is no server's stays.
  CHECK(type({"timeouts"}).output.find("60") != std::string::npos);
}

TEST_CASE("completion offers the generations that can be gone back to") {
  Site site(config(10));
  site.folder.write_config(config(20));
  REQUIRE(lvsctl(site.net, site.folder, {"reload"}).exit == 0);
  for (const Command& words : {Command{"__complete", "--", "config", "rollback", ""},
                               Command{"__complete", "--", "config", "diff", "--generation", ""}})
    CHECK(lvsctl(site.net, site.folder, words).output == "1\n2\n");
  CHECK(lvsctl(site.net, site.folder, {"__complete", "--", "config", "diff", "--generation=1"})
            .output == "--generation=1\n");
}
