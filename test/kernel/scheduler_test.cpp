#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// Another scheduler than the file's, in the place of the one that serves.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

const std::string kVip = "10.0.0.100:80";

// The line of the service as `ipvsadm --save` has it.
std::string service_rule(const Site& site) {
  const std::string rules = ipvs_rules(site.net.director().net);
  const std::size_t at = rules.find("-A ");
  return rules.substr(at, rules.find('\n', at) - at);
}

std::string rule(std::string_view rest) {
  return fmt::format("-A -t {} -s {}", kVip, rest);
}

}  // namespace
TEST_CASE("a scheduler that an operator sets serves at once and an open connection lives on") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  Connection kept = site.connect();
  const std::string server = text(kept.ask());
  const auto run = [&site](const Command& words) {
    return lvsctl(site.net, site.folder, words).output;
  };

  CHECK(run({"set", site.service, "scheduler", "mh", "--dry-run"}) ==
        "would be: tcp:10.0.0.100:80: scheduler rr -> mh; the file says rr\nkernel:\n  set tcp "
        "10.0.0.100:80 mh\n");
  CHECK(service_rule(site) == rule("rr"));
  CHECK(run({"set", site.service, "scheduler", "mh", "--reason", "flood"}) ==
        "tcp:10.0.0.100:80: scheduler rr -> mh; the file says rr\nUndo: lvsctl unset "
        "tcp:10.0.0.100:80 scheduler\n");
  CHECK(service_rule(site) == rule("mh"));
  CHECK(text(kept.ask()) == server);
  CHECK(site.requests(4).size() == 1);  // one client, hashed by its address
  CHECK_THAT(run({"overrides"}), Catch::Contains("scheduler") && Catch::Contains("flood"));
  // It is ours: nobody sees drift.
  CHECK(ask(site.folder.socket(), "POST /api/v1/drift/repair").status == 200);
  CHECK_FALSE(site.lvsd->logged("Drift: "));

  site.restart();
  CHECK(service_rule(site) == rule("mh"));
  CHECK_FALSE(site.lvsd->logged("Drift: "));
  CHECK(text(kept.ask()) == server);

  CHECK_THAT(run({"unset", "--all"}), Catch::Contains("scheduler mh -> rr, as the file says"));
  CHECK(service_rule(site) == rule("rr"));
  CHECK(text(kept.ask()) == server);
  CHECK(site.requests(4).size() == 2);
}

TEST_CASE("a scheduler whose time is over gives way to the file's") {
  Site site(service_config({.more = "persistence_timeout 60"}));
  REQUIRE(service_rule(site) == rule("rr -p 60"));
  CHECK(lvsctl(site.net, site.folder,
               {"set", site.service, "scheduler", "wlc", "--for", "2s", "--reason", "flood"})
            .exit == 0);
  CHECK(service_rule(site) == rule("wlc -p 60"));
  CHECK(eventually(6s, [&] { return service_rule(site) == rule("rr -p 60"); }));
  CHECK(
      site.lvsd->logged("Service tcp:10.0.0.100:80 is served by rr again, as the file says: the "
                        "time of wlc is over (root: flood)."));
  CHECK_FALSE(site.lvsd->logged("Drift: "));
}

TEST_CASE("a scheduler in another file ends an operator's and its flags come back with unset") {
  Site site(service_config({.more = "lvs_sched mh\n  mh-port"}));
  REQUIRE(service_rule(site) == rule("mh -b mh-port"));
  const auto set = [&site](const std::string& scheduler) {
    return lvsctl(site.net, site.folder, {"set", site.service, "scheduler", scheduler}).exit;
  };
  CHECK(set("wrr") == 0);
  CHECK(service_rule(site) == rule("wrr"));
  CHECK(set("sh") == 0);
  CHECK(service_rule(site) == rule("sh -b sh-port"));
  CHECK(lvsctl(site.net, site.folder, {"unset", site.service, "scheduler"}).exit == 0);
  CHECK(service_rule(site) == rule("mh -b mh-port"));

  CHECK(set("wrr") == 0);
  site.folder.write_config(service_config({.more = "lvs_sched lc"}));
  CHECK_THAT(lvsctl(site.net, site.folder, {"config", "diff"}).output,
             Catch::Contains("overrides dropped: tcp:10.0.0.100:80 scheduler"));
  CHECK(lvsctl(site.net, site.folder, {"reload"}).exit == 0);
  CHECK(service_rule(site) == rule("lc"));
}

TEST_CASE("a scheduler that this kernel has not is refused and the one before serves on") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  Connection kept = site.connect();
  const std::string server = text(kept.ask());
  const Ran refused = lvsctl(site.net, site.folder, {"set", site.service, "scheduler", "twos"});
  if (refused.exit == 0) {
    WARN("this kernel has twos");
    return;
  }
  CHECK_THAT(refused.output, Catch::Contains("ip_vs_twos") && Catch::Contains("served by rr"));
  CHECK(service_rule(site) == rule("rr"));
  CHECK(text(kept.ask()) == server);
  CHECK(text(site.requests(4)) == "s1 2, s2 2");
  CHECK(ask(site.folder.socket(), "GET /api/v1/overrides").body.find("scheduler") ==
        std::string::npos);
  CHECK(ask(site.folder.socket(), "GET /readyz").status == 200);
  site.restart();
  CHECK(service_rule(site) == rule("rr"));
}
