#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "test/daemon/asked.h"

// Another scheduler than the file's, asked of a whole daemon over a fake kernel.

using namespace lvsd;
using namespace lvsd::test;
using Json = nlohmann::json;

namespace {

const std::string kFile = web(unchecked(2), "  name web\n  lvs_sched mh\n  mh-fallback\n");
const std::string kService = "tcp 10.0.0.1:80 ";

struct Wished : Site {
  Wished() : Site(kFile) { up(); }

  Json set(const std::string& query, int status = 200) const {
    return asked(*this, "POST", "services/web/scheduler" + query, status);
  }
  Json overrides() const { return asked(*this, "GET", "overrides").at("items"); }
  Json shown() const { return asked(*this, "GET", "services/web"); }
  // The first line of the kernel's table.
  std::string kernel() {
    const std::string all = text(fake.table());
    return all.substr(0, all.find('\n'));
  }
};

std::string words(const Json& wish) {
  return wish.at("text").get<std::string>();
}

}  // namespace

TEST_CASE("a scheduler is set without the flags it does not know and taken back with them") {
  Wished site;
  REQUIRE(site.kernel() == kService + "mh flags mh-fallback");
  const Json set = site.set("?value=wrr&reason=flood");
  CHECK(words(set) ==
        "web: scheduler mh -> wrr; the file says mh; without mh-fallback of the file, which wrr "
        "does not know");
  CHECK(set.at("before") == "mh");
  CHECK(set.at("after") == "wrr");
  CHECK(set.at("undo") == "lvsctl unset web scheduler");
  CHECK(site.kernel() == kService + "wrr");
  CHECK(site.shown().at("scheduler") == "wrr");
  CHECK(site.shown().at("flags") == Json::array());

  REQUIRE(site.overrides().size() == 1);
  const Json wish = site.overrides().at(0);
  CHECK(wish.at("target") == "web");
  CHECK(wish.at("what") == "scheduler");
  CHECK(wish.at("config") == "mh");
  CHECK(wish.at("now") == "wrr");
  CHECK(wish.at("reason") == "flood");
  CHECK(site.get("/metrics").body.find("lvsd_overrides{kind=\"scheduler\"} 1") !=
        std::string::npos);
  CHECK(asked(site, "POST", "drift/repair").at("items").empty());

  const Json sh = site.set("?value=sh");
  CHECK(words(sh) == "web: scheduler wrr -> sh; the file says mh");
  CHECK(sh.at("undo") == "lvsctl set web scheduler wrr --reason flood");
  CHECK(site.kernel() == kService + "sh flags sh-fallback");

  const Json unset = site.set("");
  CHECK(words(unset) == "web: scheduler sh -> mh, as the file says");
  CHECK(unset.at("undo") == "lvsctl set web scheduler sh");
  CHECK(site.kernel() == kService + "mh flags mh-fallback");
  CHECK(site.overrides().empty());
  CHECK(site.set("").at("undo").is_null());
}

TEST_CASE("a scheduler that is set already keeps what is not said anew") {
  Wished site;
  site.set("?value=wrr&for_seconds=3600&reason=disk");
  const Json first = site.overrides().at(0);
  const Json again = site.set("?value=wrr");
  CHECK_THAT(words(again), Catch::Contains(": nothing new; still reason \"disk\", until "));
  CHECK(again.at("undo").is_null());
  CHECK(site.overrides().at(0) == first);
  const Json fan = site.set("?value=wrr&reason=fan&for_seconds=0");
  CHECK_THAT(words(fan), Catch::Contains("reason \"fan\" instead of reason \"disk\", no end"));
  CHECK_THAT(fan.at("undo").get<std::string>(),
             Catch::StartsWith("lvsctl set web scheduler wrr --reason disk --until-time 20"));
}

TEST_CASE("a rehearsed scheduler says what the kernel would be sent and changes nothing") {
  Wished site;
  const Json rehearsed = site.set("?value=wrr&dry_run=1");
  CHECK(rehearsed.at("operations") == Json{"set " + kService + "wrr"});
  CHECK(rehearsed.at("undo").is_null());
  CHECK(site.kernel() == kService + "mh flags mh-fallback");
  CHECK(site.overrides().empty());
}

TEST_CASE("what is no scheduler is refused with those there are") {
  Wished site;
  CHECK(site.set("?value=wrong", 400).at("detail") ==
        "'wrong' is no scheduler; there are: rr, wrr, lc, wlc, lblc, lblcr, sh, mh, dh, fo, ovf, "
        "twos, sed or nq");
  CHECK(site.set("?value=", 400).at("status") == 400);
  CHECK(site.set("?value=wrr&for_seconds=soon", 400).at("status") == 400);
  CHECK(asked(site, "POST", "services/wep/scheduler?value=rr", 404).at("near") == Json{"web"});
}

TEST_CASE("a scheduler that the kernel has not is refused by its module and nothing changes") {
  Wished site;
  site.fake.edit([](FakeIpvs& kernel) {
    kernel.schedulers.erase("twos");
    kernel.schedulers.erase("ovf");
  });
  site.set("?value=wrr&reason=flood");
  const Json before = site.overrides();
  for (const std::string missing : {"twos", "ovf"}) {
    const Json refused = site.set("?value=" + missing, 409);
    CHECK(refused.at("detail") == "set " + kService + missing + ": the scheduler module ip_vs_" +
                                      missing +
                                      " is not available: ENOENT. Nothing is changed, web is "
                                      "served by wrr");
    CHECK(site.kernel() == kService + "wrr");
    CHECK(site.overrides() == before);
  }
  CHECK(site.get("/readyz").status == 200);
  site.set("");
  CHECK(site.kernel() == kService + "mh flags mh-fallback");
}

TEST_CASE("a restart keeps a scheduler and another one in the file ends it as the diff says") {
  Wished site;
  site.set("?value=wrr");
  asked(site, "POST", "services/web/servers/10.0.0.2/weight?value=7");
  site.stop();
  site.up();
  CHECK(site.kernel() == kService + "wrr");
  const auto dropped = [&site] { return asked(site, "POST", "config/diff").at("dropped"); };
  CHECK(dropped() == Json::array());

  site.write(web(unchecked(2), "  name shop\n  lvs_sched mh\n  persistence_timeout 300\n"));
  CHECK(dropped() == Json::array());
  CHECK(site.reload().status == 200);
  CHECK(site.kernel() == kService + "wrr persistent 300");

  site.write(web(unchecked(2, 3), "  name shop\n  lvs_sched sh\n"));
  CHECK(dropped() == Json{"shop scheduler", "shop/10.0.0.2:80 weight"});
  CHECK(site.reload().status == 200);
  CHECK(site.kernel() == kService + "sh");
  CHECK(site.overrides().empty());
}
