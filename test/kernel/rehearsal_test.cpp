#include <catch2/catch.hpp>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// `--dry-run`: what a change would do is what it does, and until then nothing is done.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* server = "tcp:10.0.0.100:80/10.0.1.1:80";

bool says(const Ran& ran, const std::string& words) {
  return ran.output.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a change that is only planned says what it would do and does nothing") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  const std::string table = ipvs_table(site.net.director().net);

  const Ran disable = lvsctl(site.net, site.folder, {"disable", server, "--dry-run"});
  INFO(disable.output);
  CHECK(disable.exit == 0);
  CHECK(says(disable, "would be: "));
  CHECK(says(disable, "kernel:\n  remove tcp 10.0.0.100:80 -> 10.0.1.1:80\n"));
  const Ran weight = lvsctl(site.net, site.folder, {"set", server, "weight", "7", "--dry-run"});
  INFO(weight.output);
  CHECK(says(weight, "  set tcp 10.0.0.100:80 -> 10.0.1.1:80 NAT weight 7\n"));
  const Ran drain =
      lvsctl(site.net, site.folder, {"--dry-run", "drain", server, "--wait", "--timeout", "1s"});
  CHECK(says(drain, "would be: "));
  const Ran timeouts = lvsctl(site.net, site.folder, {"timeouts", "set", "udp", "61", "--dry-run"});
  INFO(timeouts.output);
  CHECK(says(timeouts, "  set timeouts udp 61\n"));

  CHECK(ipvs_table(site.net.director().net) == table);
  CHECK(says(lvsctl(site.net, site.folder, {"overrides"}), "nothing differs from the file"));
  CHECK_FALSE(site.lvsd->logged("disable by"));

  // And now it is done.
  REQUIRE(lvsctl(site.net, site.folder, {"disable", server}).exit == 0);
  CHECK(site.becomes({-1, 1}));
  // The guard stands in the way of the plan, too.
  const Ran last =
      lvsctl(site.net, site.folder, {"disable", "tcp:10.0.0.100:80/10.0.1.2:80", "--dry-run"});
  CHECK(last.exit == 5);
}

TEST_CASE(
    "a reload that is only planned is the difference, and what cannot be planned is refused") {
  Site site(service_config({}));
  REQUIRE(site.becomes({1, 1}));
  site.folder.write_config(service_config({.servers = 1}));
  const Ran reload = lvsctl(site.net, site.folder, {"reload", "--dry-run"});
  INFO(reload.output);
  CHECK(reload.exit == 1);
  CHECK(says(reload, "  remove tcp 10.0.0.100:80 -> 10.0.1.2:80\n"));
  CHECK(site.stays({1, 1}, 500ms));
  const Ran digest =
      lvsctl(site.net, site.folder, {"check", "digest", "http://10.0.1.1/", "--dry-run"});
  CHECK(digest.exit == 2);
  CHECK(says(digest, "this has no --dry-run; nothing was done"));
}

TEST_CASE("a weight that somebody else changed is accepted as a wish") {
  // An audit would repair it before it is accepted.
  Site site("global_defs {\n  audit_interval 600\n}\n" + service_config({}));
  REQUIRE(site.becomes({1, 1}));
  CHECK(lvsctl(site.net, site.folder, {"drift", "accept"}).exit == 1);
  site.net.director().output_of({"ipvsadm", "--edit-server", "--tcp-service", "10.0.0.100:80",
                                 "--real-server", "10.0.1.1:80", "--masquerading", "--weight",
                                 "5"});
  const Ran accepted = lvsctl(site.net, site.folder, {"drift", "accept", server});
  INFO(accepted.output);
  CHECK(accepted.exit == 0);
  CHECK(site.becomes({5, 1}));
  CHECK(lvsctl(site.net, site.folder, {"drift"}).exit == 0);
  CHECK(says(lvsctl(site.net, site.folder, {"overrides"}), "drift accepted"));

  // What is no weight is not.
  site.net.director().output_of({"ipvsadm", "--delete-server", "--tcp-service", "10.0.0.100:80",
                                 "--real-server", "10.0.1.2:80"});
  const Ran refused = lvsctl(site.net, site.folder, {"drift", "accept"});
  INFO(refused.output);
  CHECK(refused.exit == 5);
  CHECK(says(refused, "only another weight can be accepted"));
}

TEST_CASE("what export writes for lvsd makes the same table again") {
  Site site(service_config({.more = "persistence_timeout 60", .more_server = "weight 7"}));
  REQUIRE(eventually(5s, [&] {
    return ipvs_table(site.net.director().net).find("weight 7") != std::string::npos;
  }));
  const Ran exported = lvsctl(site.net, site.folder, {"export", "lvsd"});
  REQUIRE(exported.exit == 0);
  const std::string table = ipvs_table(site.net.director().net);
  site.folder.write_config(exported.output);
  REQUIRE(lvsctl(site.net, site.folder, {"reload"}).exit == 0);
  CHECK(ipvs_table(site.net.director().net) == table);
  CHECK(lvsctl(site.net, site.folder, {"drift"}).exit == 0);
}
