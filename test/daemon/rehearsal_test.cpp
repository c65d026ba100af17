#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "lvsctl/client.h"
#include "test/daemon/asked.h"

// What the API answers of changes that are only planned, of lists that are filtered and of the log;
// with a whole daemon.

using namespace lvsd;
using namespace lvsd::test;
using Json = nlohmann::json;

namespace {

const std::string kFile =
    "virtual_server 10.0.0.1 80 {\n  name web\n  protocol TCP\n  lvs_method NAT\n"
    "  real_server 10.0.0.2 80 {\n    name one\n    weight 3\n  }\n"
    "  real_server 10.0.0.3 80 {\n    name two\n  }\n}\n"
    "virtual_server 10.0.0.1 81 {\n  name last\n  protocol TCP\n  lvs_method NAT\n"
    "  real_server 10.0.0.4 80 {\n    name only\n  }\n}\n";

Json planned(const Site& site, const std::string& what, int status = 200) {
  return asked(site, "POST", "services/web/servers/" + what, status);
}

// The names of the servers that are left.
std::string names(const Site& site, const std::string& query) {
  std::string out;
  const Json answer = asked(site, "GET", query);
  for (const Json& item : answer.at("items"))
    out += item.at("server").get<std::string>() + " ";
  return out;
}

}  // namespace

TEST_CASE("what a wish would send to the kernel is told and not sent") {
  Site site(kFile);
  site.up();
  const Json before = asked(site, "GET", "kernel/table").at("services");
  const Json drain = planned(site, "one/drain?dry_run=1");
  CHECK(drain.at("before") == "ACTIVE 3");
  CHECK(drain.at("undo").is_null());
  CHECK(planned(site, "one/disable?dry_run=1").at("operations") ==
        Json{"remove tcp 10.0.0.1:80 -> 10.0.0.2:80"});
  CHECK(planned(site, "one/weight?value=9&dry_run=1").at("operations") ==
        Json{"set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 9"});
  CHECK(planned(site, "two/enable?dry_run=1").at("operations") == Json::array());
  CHECK(asked(site, "POST", "services/web/calm?dry_run=1").at("operations") == Json::array());
  CHECK(planned(site, "two/failback?dry_run=1").at("operations") == Json::array());
  // It is refused as the change itself is.
  CHECK(asked(site, "POST", "services/last/servers/only/disable?dry_run=1", 409).at("status") ==
        409);
  CHECK(asked(site, "POST", "services/last/servers/only/disable?dry_run=1&force=1")
            .at("operations")
            .size() == 1);
  CHECK(asked(site, "POST", "services/web/zero?dry_run=1").at("operations") ==
        Json{"zero tcp 10.0.0.1:80"});
  CHECK(asked(site, "POST", "tuning/restore?dry_run=1").at("operations") == Json::array());
  const Json timeout = asked(site, "POST", "timeouts/udp?value=61&dry_run=1");
  CHECK(timeout.at("operations") == Json{"set timeouts udp 61"});

  CHECK(asked(site, "GET", "kernel/table").at("services") == before);
  CHECK(asked(site, "GET", "overrides").at("items").empty());
  CHECK(asked(site, "GET", "timeouts").at("items").at(2).at("set").is_null());
  // What is done has no plan.
  CHECK(planned(site, "one/weight?value=9").at("operations").is_null());
  CHECK(asked(site, "GET", "kernel/table").at("services") != before);
}

TEST_CASE("lists of the API are filtered by what their items say") {
  Site site(kFile);
  site.up();
  CHECK(names(site, "servers") == "one two only ");
  CHECK(names(site, "servers?filter=weight.config>1") == "one ");
  CHECK(names(site, "servers?filter=server~o$+||+service=last") == "two only ");
  CHECK(names(site, "servers?service=web&filter=server!=one") == "two ");
  CHECK(asked(site, "GET", "services?filter=service=web").at("items").size() == 1);
  CHECK(asked(site, "GET", "stats?filter=service=last").at("items").size() == 1);
  CHECK(asked(site, "GET", "drift?filter=kind=foreign").at("items").empty());
  CHECK(asked(site, "GET", "overrides?filter=what=weight").at("items").empty());
  CHECK(asked(site, "GET", "servers?filter=colour=red", 400).at("detail") ==
        "filter: there is no field 'colour'");
  CHECK(asked(site, "GET", "servers?filter=server=", 400).at("detail") ==
        "filter: column 8: a value is missing");
}

TEST_CASE("the level of the log is set for a while and goes back") {
  Site site(kFile);
  site.up();
  const Json start = asked(site, "GET", "log/level");
  const std::string usual = start.at("start");
  CHECK(start.at("level") == usual);
  CHECK(start.at("until").is_null());
  const Json rehearsed = asked(site, "POST", "log/level?value=debug&for_seconds=60&dry_run=1");
  CHECK(rehearsed.at("level") == "debug");
  CHECK_FALSE(rehearsed.at("until").is_null());
  CHECK(asked(site, "GET", "log/level").at("level") == usual);
  CHECK(asked(site, "POST", "log/level?value=debug").at("level") == "debug");
  CHECK(asked(site, "GET", "log/level").at("level") == "debug");
  const Json brief = asked(site, "POST", "log/level?value=error&for_seconds=1");
  CHECK(brief.at("level") == "error");
  CHECK_FALSE(brief.at("until").is_null());
  CHECK(eventually([&] { return asked(site, "GET", "log/level").at("level") == usual; }));
  CHECK(asked(site, "GET", "log/level").at("until").is_null());
  CHECK(asked(site, "POST", "log/level?value=warning").at("level") == "warning");
  CHECK(asked(site, "POST", "log/level").at("level") == usual);
  for (const char* bad : {"value=loud", "value=debug&for_seconds=x"})
    CHECK(asked(site, "POST", std::string("log/level?") + bad, 400).at("status") == 400);
}

TEST_CASE("a list of many servers is written while it is sent") {
  std::string file;
  for (int i = 0; i < 60; ++i) {
    file += "virtual_server 10.0.1." + std::to_string(i) + " 80 {\n  protocol TCP\n";
    for (int j = 0; j < 10; ++j)
      file += unchecked(j + 1, i);
    file += "}\n";
  }
  Site site(file);
  site.up();
  const ctl::Ask ask = ctl::client(site.options().socket, std::chrono::seconds(5));
  const auto list = [&ask](const std::string& query) {
    const auto reply = ask(api::Method::get, "/api/v1/servers" + query, "");
    REQUIRE(reply.has_value());
    REQUIRE(reply->status == 200);
    return api::document<std::vector<api::ServerView>>(reply->body).value().view;
  };
  const auto all = list("");
  REQUIRE(all.size() == 600);
  CHECK(all.front().service == "tcp:10.0.1.0:80");
  CHECK(all.back().service == "tcp:10.0.1.59:80");
  CHECK(all.back().weight.config == 59);
  CHECK(list("?filter=weight.config=7").size() == 10);
  CHECK(list("?filter=weight.config=1000").empty());
  CHECK(list("?service=tcp:10.0.1.7:80").size() == 10);
  CHECK(ask(api::Method::get, "/api/v1/servers?filter=colour=red", "")->status == 400);
}
