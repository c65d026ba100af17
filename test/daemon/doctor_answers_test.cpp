#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "test/daemon/asked.h"
#include "test/daemon/loop_until.h"
#include "test/daemon/site.h"

using namespace lvsd;
using lvsd::test::asked;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;
using Json = nlohmann::json;

namespace {

// What the API says under a number: "warn text", one line each; empty: nothing.
std::string said(const Site& site, const std::string& id) {
  std::string out;
  const Json answer = asked(site, "GET", "doctor");
  for (const Json& one : answer.at("items"))
    if (one.at("id") == id)
      out += one.at("severity").get<std::string>() + " " + one.at("text").get<std::string>() + "\n";
  return out;
}

}  // namespace

TEST_CASE("the API says what keeps this machine from balancing and how to mend it") {
  Site site(web(unchecked(2)));
  site.up();
  const Json answer = asked(site, "GET", "doctor");
  CHECK(answer.at("kind") == "FindingList");
  CHECK_FALSE(answer.at("items").empty());
  // As the kernel told it, whatever this machine has.
  CHECK(said(site, "LVD001").find("IPVS is not in the kernel") == std::string::npos);
  // Nobody here holds 10.0.0.1.
  CHECK(said(site, "LVD012").find("FAIL VIP 10.0.0.1") == 0);
  CHECK(said(site, "LVD002").find("lvsd " LVSD_VERSION ", process " + std::to_string(::getpid())) !=
        std::string::npos);
  // The table looked at is in the namespace looked at.
  CHECK(said(site, "LVD004").empty());
  for (const Json& one : answer.at("items"))
    if (one.at("severity") == "FAIL") CHECK_FALSE(one.at("fix").empty());
  CHECK(site.stop() == exit_done);
}

TEST_CASE("the API says what the file would do at the next start") {
  Site site(web(unchecked(2)));
  site.up();
  CHECK(said(site, "LVD005") == "ok the configuration loads: 1 virtual servers\n");

  site.write(web(unchecked(2) + unchecked(3)));
  CHECK(said(site, "LVD005") ==
        "warn the configuration file is not what is in force: it changed since\n");

  site.write(web("  no_such_word\n"));
  const std::string bad = said(site, "LVD005");
  CHECK(bad.find("FAIL") == 0);
  CHECK(bad.find("lvsd.conf does not load: ") != std::string::npos);
  CHECK(bad.find("no_such_word") != std::string::npos);
  // The rest is still of what is in force.
  CHECK_FALSE(said(site, "LVD012").empty());
  CHECK(site.stop() == exit_done);
}

TEST_CASE("the API starts no program and sends nothing to find out what keeps from balancing") {
  Site site("virtual_server fwmark 7 {\n  lvs_method NAT\n" + unchecked(2) + "}\n" +
            web(unchecked(2)));
  site.up();
  for (const char* loud : {"LVD013", "LVD026", "LVD040", "LVD042"})
    CHECK(said(site, loud).empty());
  CHECK(site.stop() == exit_done);
}

TEST_CASE("findings are chosen by a filter as the items of other lists are") {
  Site site(web(unchecked(2)));
  site.up();
  const Json bad = asked(site, "GET", "doctor?filter=severity%3D%3DFAIL").at("items");
  CHECK_FALSE(bad.empty());
  for (const Json& one : bad)
    CHECK(one.at("severity") == "FAIL");
  asked(site, "GET", "doctor?filter=nonsense%3D%3D1", 400);
  CHECK(site.stop() == exit_done);
}
