#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "test/daemon/asked.h"

// What operators ask of a whole daemon, and what it answers; what follows from a wish is tested in
// test/lib/plan/policy_test.cpp.

using namespace lvsd;
using namespace lvsd::test;
using Json = nlohmann::json;

namespace {

const std::string kFile =
    "virtual_server 10.0.0.1 80 {\n  name web\n  protocol TCP\n  lvs_method NAT\n"
    "  sorry_server 10.0.0.9 80\n"
    "  real_server 10.0.0.2 80 {\n    name one\n    weight 3\n"
    "    backup_server 10.0.0.8 80 {\n      name spare\n    }\n  }\n"
    "  real_server 10.0.0.3 80 {\n    name two\n  }\n}\n";

Json wished(const Site& site, const std::string& what, int status = 200) {
  return asked(site, "POST", "services/web/servers/" + what, status);
}

}  // namespace

TEST_CASE("a backup is drained and disabled by name and its weight is its master's") {
  Site site(kFile);
  site.up();
  const Json drained = wished(site, "spare/drain?reason=disk&limit_seconds=60");
  CHECK(drained.at("server") == "spare");
  CHECK(drained.at("before") == "STANDBY");
  CHECK(drained.at("after") == "DRAINED");
  CHECK(drained.at("undo") == "lvsctl undrain web/spare");
  const Json shown = asked(site, "GET", "services/web/servers/spare");
  CHECK(shown.at("admin").at("state") == "drain");
  CHECK(shown.at("admin").at("reason") == "disk");
  CHECK(asked(site, "GET", "services/web/servers/one").at("admin").at("state") == "enabled");
  const Json overrides = asked(site, "GET", "overrides").at("items");
  REQUIRE(overrides.size() == 1);
  CHECK(overrides[0].at("target") == "web/spare");
  CHECK(overrides[0].at("now") == "drain");
  CHECK(asked(site, "GET", "status").dump().find("DRAINED by ") != std::string::npos);

  CHECK(wished(site, "spare/disable").at("undo") ==
        "lvsctl drain web/spare --reason disk --limit 60s");
  CHECK(wished(site, "one/disable").at("after") == "DISABLED");
  CHECK(asked(site, "GET", "services/web/servers/spare").at("state") == "DISABLED");
  CHECK(wished(site, "spare/enable").at("after") == "ACTIVE 3");
  CHECK(asked(site, "GET", "overrides").at("items").size() == 1);

  CHECK(wished(site, "spare/weight?value=5", 409).at("detail") ==
        "spare is the backup of web/one and has the weight of its master: name that one");
  CHECK(wished(site, "spare/failback", 409).at("detail") ==
        "spare is the backup of web/one and gives way to its master: name that one");
  CHECK(wished(site, "10.0.0.9:80/drain", 409)
            .at("detail")
            .get<std::string>()
            .find("10.0.0.9:80 is a sorry server of web") == 0);
  CHECK(wished(site, "three/drain", 404).at("near") == Json::array());
}

TEST_CASE("a drain knows what must be gone and a word that says nothing is refused") {
  Site site(kFile);
  site.up();
  CHECK(wished(site, "two/drain?until=everything", 400).at("status") == 400);
  CHECK(wished(site, "two/drain?until=templates").at("after") == "DRAINING 0");
  site.stop();
  std::ifstream file(site.directory / "state" / "state.json");
  const std::string state(std::istreambuf_iterator<char>(file), {});
  CHECK(state.find("\"until\": \"templates\"") != std::string::npos);
}

TEST_CASE("a second drain keeps what it does not say and says what it changes") {
  Site site(kFile);
  site.up();
  const auto admin = [&site](const std::string& server) {
    return asked(site, "GET", "services/web/servers/" + server).at("admin");
  };
  const auto has = [](const Json& wish, const std::string& words) {
    INFO(wish.dump());
    return wish.at("text").get<std::string>().find(words) != std::string::npos;
  };
  for (const char* server : {"two", "spare"}) {
    const std::string name = server;
    wished(site, name + "/drain?reason=kernel%20patch&for_seconds=7200");
    const Json first = admin(name);
    REQUIRE_FALSE(first.at("until").is_null());

    const Json again = wished(site, name + "/drain");
    CHECK(has(again, "nothing new; still reason \"kernel patch\", until "));
    CHECK(again.at("undo").is_null());
    CHECK(admin(name) == first);

    const Json changed = wished(site, name + "/drain?reason=disk&limit_seconds=60");
    CHECK(has(changed, "reason \"disk\" instead of reason \"kernel patch\", limit 1m instead of"));
    CHECK(changed.at("undo") ==
          "lvsctl drain web/" + name + " --reason 'kernel patch' --limit usual");
    CHECK(admin(name).at("reason") == "disk");
    CHECK(admin(name).at("until") == first.at("until"));
    CHECK(admin(name).at("since") == first.at("since"));

    const Json rehearsed = wished(site, name + "/drain?for_seconds=0&dry_run=1");
    CHECK(has(rehearsed, "no end instead of until "));
    CHECK(admin(name).at("until") == first.at("until"));
    const Json open = wished(site, name + "/drain?for_seconds=0&reason=");
    CHECK(admin(name).at("until").is_null());
    CHECK(admin(name).at("reason") == "");
    CHECK(open.at("undo").get<std::string>().starts_with("lvsctl drain web/" + name +
                                                         " --reason disk --until-time 20"));
  }
  const Json disabled = wished(site, "two/disable");
  CHECK_FALSE(has(disabled, "still"));
  CHECK(disabled.at("undo") == "lvsctl drain web/two --limit 60s");
}

TEST_CASE("a number that is set is said beside the file's") {
  Site site(kFile);
  site.up();
  const auto said = [&site](const std::string& what) {
    return wished(site, "one/" + what).at("text").get<std::string>();
  };
  CHECK_THAT(said("weight?value=5"), Catch::Contains("; weight 5 (the file says 3)"));
  CHECK_THAT(said("max_connections?value=1500"),
             Catch::Contains("; max_connections 1500 (the file says 0)"));
  CHECK_THAT(said("max_connections"), Catch::Contains("; max_connections 0, as the file says"));
  CHECK_THAT(said("weight"), Catch::Contains("; weight 3, as the file says"));
}

TEST_CASE(
    "the number that is set already keeps what is not said anew, and its undo says all of it") {
  Site site(kFile);
  site.up();
  const std::string what = GENERATE("weight", "max_connections");
  const auto override_of = [&] { return asked(site, "GET", "overrides").at("items").at(0); };
  wished(site, "one/" + what + "?value=5&for_seconds=3600&reason=disk");
  const Json first = override_of();
  const Json again = wished(site, "one/" + what + "?value=5");
  CHECK_THAT(again.at("text").get<std::string>(), Catch::Contains(": nothing new; still reason"));
  CHECK(again.at("undo").is_null());
  CHECK(override_of() == first);

  const Json fan = wished(site, "one/" + what + "?value=5&reason=fan");
  CHECK_THAT(fan.at("text").get<std::string>(),
             Catch::Contains("reason \"fan\" instead of reason \"disk\"; still until "));
  CHECK(fan.at("undo") == "lvsctl set web/one " + what + " 5 --reason disk");
  CHECK(override_of().at("until") == first.at("until"));
  const Json other = wished(site, "one/" + what + "?value=6");
  CHECK_THAT(other.at("undo").get<std::string>(),
             Catch::StartsWith("lvsctl set web/one " + what + " 5 --reason fan --until-time 20"));
  CHECK(override_of().at("reason") == "");
}

TEST_CASE("a server that was taken out is so since then") {
  Site site(kFile);
  site.up();
  for (const char* server : {"two", "spare"}) {
    wished(site, std::string(server) + "/disable");
    const Json shown = asked(site, "GET", std::string("services/web/servers/") + server);
    CHECK(shown.at("since") == shown.at("admin").at("since"));
  }
}

TEST_CASE("timeouts are shown beside the file's and set and taken back") {
  Site site("global_defs {\n  lvs_timeouts tcp 900\n}\n" + kFile);
  site.up();
  const auto timeout = [&](int index) {
    return asked(site, "GET", "timeouts").at("items").at(static_cast<std::size_t>(index));
  };
  CHECK(timeout(0).at("name") == "tcp");
  CHECK(timeout(0).at("now") == 900);
  CHECK(timeout(0).at("config") == 900);
  CHECK(timeout(2).at("config").is_null());
  const Json udp_before = timeout(2).at("now");

  const Json set = asked(site, "POST", "timeouts/udp?value=60&reason=flood");
  CHECK(set.at("after") == "60 s");
  CHECK(set.at("undo") == "lvsctl timeouts unset udp");
  CHECK(timeout(2).at("now") == 60);
  CHECK(timeout(2).at("set") == 60);
  CHECK(timeout(2).at("reason") == "flood");
  CHECK(timeout(2).at("agrees") == true);
  CHECK(asked(site, "GET", "overrides").at("items").at(0).at("target") == "timeouts");

  site.stop();
  site.up();
  CHECK(timeout(2).at("set") == 60);
  CHECK(asked(site, "POST", "timeouts/udp").at("undo") == "lvsctl timeouts set udp 60");
  CHECK(timeout(2).at("now") == udp_before);
  CHECK(timeout(2).at("set").is_null());

  CHECK(asked(site, "POST", "timeouts/sctp?value=1", 404).at("near").size() == 3);
  for (const char* bad : {"0", "-1", "x", "2147484", ""})
    CHECK(asked(site, "POST", std::string("timeouts/tcp?value=") + bad, 400).at("status") == 400);
}

// The file names none: a daemon in a test would change this machine.
TEST_CASE("the settings of the kernel are listed") {
  Site site(kFile);
  site.up();
  const Json items = asked(site, "GET", "tuning").at("items");
  CHECK(items.size() > 30);
  for (const Json& one : items) {
    // Of what a backup server needs it only tells.
    const bool is_needed = one.at("name") == "net.ipv4.vs.expire_nodest_conn";
    CHECK(one.at("config").is_null() != is_needed);
    CHECK(one.at("is_set") == false);
    CHECK(one.at("before").is_null());
  }
}
