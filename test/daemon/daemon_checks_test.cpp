#include <catch2/catch.hpp>

#include "test/daemon/open_port.h"
#include "test/daemon/site.h"
#include "test/fakes/scripted_server.h"

// What operators ask of checks, and what servers that share one know of each other.

using namespace lvsd;
using namespace lvsd::test;
using namespace std::chrono_literals;
using Checks = std::vector<api::CheckHistoryView>;

namespace {

std::string service(int host, const OpenPort& port, const std::string& interval = "0.3") {
  return "virtual_server 10.0.0." + std::to_string(host) +
         " 80 {\n  protocol TCP\n  lvs_method NAT\n  delay_loop " + interval +
         "\n  warmup 0\n  fall 1\n  real_server 127.0.0.1 " + port.text() +
         " {\n    TCP_CHECK {\n    }\n  }\n}\n";
}

std::string server_path(int host, const OpenPort& port) {
  return "/api/v1/services/tcp:10.0.0." + std::to_string(host) +
         ":80/servers/127.0.0.1:" + port.text();
}

struct World {
  explicit World(const std::string& interval = "0.3") : site(service(1, port, interval)) {
    site.up();
  }
  std::string path() const { return server_path(1, port); }
  api::CheckHistoryView check() const { return site.view<Checks>(path() + "/checks").view.at(0); }
  api::CheckHistoryView posted(const std::string& verb) const {
    const Answer answer = site.ask("POST", path() + "/checks/" + verb);
    INFO(verb << ": " << answer.status << " " << answer.body);
    REQUIRE(answer.status == 200);
    return api::document<Checks>(answer.body)->view.at(0);
  }
  std::string health(int host = 1) const {
    return site.view<api::ServerView>(server_path(host, port)).view.health.state;
  }

  OpenPort port;
  Site site;
};

}  // namespace

TEST_CASE("the history of a check has its last results with the newest first") {
  World world;
  REQUIRE(eventually([&] { return world.check().results.size() >= 2; }));
  world.port.close();
  REQUIRE(eventually([&] { return world.check().state == "down"; }));
  const api::CheckHistoryView check = world.check();
  CHECK(check.kind == "TCP_CHECK");
  CHECK(check.target == "127.0.0.1:" + world.port.text());
  CHECK(check.interval_seconds == 0.3);
  CHECK_FALSE(check.paused);
  CHECK(check.servers == 1);
  const api::PastResultView& newest = check.results.front();
  CHECK(newest.result.result == "L4CON");
  CHECK(newest.result.text == "Connection refused");
  CHECK(newest.verdict == "fail");
  CHECK_FALSE(newest.phases_seconds.connect);
  const api::PastResultView& oldest = check.results.back();
  CHECK(oldest.result.result == "L4OK");
  CHECK(oldest.verdict == "pass");
  CHECK(oldest.phases_seconds.connect.value_or(0) > 0);
  CHECK(*oldest.at <= *newest.at);
  CHECK(oldest.result.age_seconds >= newest.result.age_seconds);
}

TEST_CASE("a check that is run now answers with what came of it") {
  World world("300");
  world.port.close();
  const api::CheckHistoryView check = world.posted("run");
  REQUIRE_FALSE(check.results.empty());
  CHECK(check.results.front().result.result == "L4CON");
  // It counts as any other.
  CHECK(world.health() == "down");
  world.port.open();
  CHECK(world.posted("run").results.front().result.result == "L4OK");
  CHECK(world.health() == "up");
}

TEST_CASE("a run that does not count changes nothing and is told to nobody else") {
  World world("300");
  REQUIRE(eventually([&] { return world.check().results.size() == 1; }));
  world.port.close();
  const api::CheckHistoryView check = world.posted("run?count=no");
  REQUIRE(check.results.size() == 1);
  CHECK(check.results.front().result.result == "L4CON");
  CHECK(check.requests == std::vector<std::string>{"connect"});
  CHECK(check.state == "up");
  CHECK(world.health() == "up");
  CHECK(world.check().results.size() == 1);

  // Of one that is paused as well, and of nothing that is only planned.
  world.posted("pause");
  CHECK(world.posted("run?count=no").results.front().result.result == "L4CON");
  CHECK(world.posted("run?count=no&dry_run=1").results.front().result.result == "L4OK");
}

TEST_CASE("each url of a check is tried alone and all of them at once") {
  const ScriptedServer server([](ScriptedServer::Client& client) {
    const bool first = client.hear().find("GET /first ") == 0;
    client.say(first ? "HTTP/1.0 200 OK\r\n\r\n" : "HTTP/1.0 503 Busy\r\n\r\n");
  });
  const Endpoint& target = server.target().endpoint;
  Site site(
      "virtual_server 10.0.0.1 80 {\n  name web\n  protocol TCP\n  lvs_method NAT\n"
      "  delay_loop 300\n  real_server 127.0.0.1 " +
      std::to_string(target.port) +
      " {\n    name one\n    alpha\n    HTTP_GET {\n      url {\n path /first\n status_code 200\n "
      "}\n"
      "      url {\n path /second\n status_code 200\n }\n    }\n  }\n}\n");
  site.up();
  const Answer answer = site.ask("POST", "/api/v1/services/web/servers/one/checks/run?count=no");
  REQUIRE(answer.status == 200);
  const auto views = api::document<Checks>(answer.body)->view;
  REQUIRE(views.size() == 2);
  CHECK(views[0].requests == std::vector<std::string>{"GET /first expect 200"});
  CHECK(views[0].results.front().verdict == "pass");
  CHECK(views[1].requests == std::vector<std::string>{"GET /second expect 200"});
  CHECK(views[1].results.front().result.code == 503);
}

TEST_CASE("a paused check is not run and its server keeps its state until it goes on") {
  World world;
  const OpenPort witness;  // of a check that goes on meanwhile, as often
  world.site.write(service(1, world.port) + service(2, witness));
  REQUIRE(world.site.reload().status == 200);
  const std::string seen = server_path(2, witness) + "/checks";
  const auto seen_runs = [&] { return world.site.view<Checks>(seen).view.at(0).results.size(); };
  REQUIRE(eventually([&] { return !world.check().results.empty(); }));
  CHECK_FALSE(world.posted("pause?dry_run=1").paused);
  CHECK(world.posted("pause").state == "paused");
  CHECK(world.site.log.count("is paused; its server keeps the state it has") == 1);
  CHECK(world.health() == "paused");
  const api::CheckCounts counts = world.site.view<api::StatusView>("/api/v1/status").view.checks;
  CHECK(counts.paused == 1);
  CHECK(counts.running == 1);
  world.port.close();
  const std::size_t results = world.check().results.size();
  CHECK(world.posted("run").paused);  // a run does not end a pause
  const std::size_t runs = seen_runs();
  REQUIRE(eventually([&] { return seen_runs() >= runs + 3; }));
  CHECK(world.check().results.size() == results);
  CHECK(world.site.fake.table().begin()->second.destinations.size() == 1);

  CHECK(world.posted("resume?dry_run=1").paused);
  CHECK_FALSE(world.posted("resume").paused);
  CHECK(eventually([&] { return world.check().state == "down"; }));
  CHECK(world.site.log.count("goes on") == 1);
}

TEST_CASE("a pause may have an end and a later pause has its own") {
  World world;
  const OpenPort witness;
  world.site.write(service(1, world.port) + service(2, witness));
  REQUIRE(world.site.reload().status == 200);
  world.posted("pause?for_seconds=1");
  CHECK(world.check().paused);
  CHECK(eventually([&] { return !world.check().paused; }));
  world.posted("pause?for_seconds=1");
  world.posted("pause");
  // Of the same length and begun later: when this pause ends, the first one's end has passed.
  const std::string later = server_path(2, witness) + "/checks";
  REQUIRE(world.site.ask("POST", later + "/pause?for_seconds=1").status == 200);
  REQUIRE(eventually([&] { return !world.site.view<Checks>(later).view.at(0).paused; }));
  CHECK(world.check().paused);
  CHECK(world.site.ask("POST", world.path() + "/checks/pause?for_seconds=0").status == 400);
  CHECK(world.site.ask("POST", world.path() + "/checks/pause?for_seconds=soon").status == 400);
}

TEST_CASE("backups and sorry servers are asked for their checks as real servers are") {
  const OpenPort port;
  const std::string check = " {\n TCP_CHECK {\n }\n}\n";
  Site site(
      "virtual_server 10.0.0.1 80 {\n  name web\n  protocol TCP\n  lvs_method NAT\n"
      "  delay_loop 0.3\n  warmup 0\n  sorry_server 127.0.0.3 " +
      port.text() + check + "  real_server 127.0.0.1 " + port.text() +
      " {\n    name one\n    TCP_CHECK {\n    }\n    backup_server 127.0.0.2 " + port.text() +
      " {\n      name spare\n      TCP_CHECK {\n      }\n    }\n  }\n}\n");
  site.up();
  const std::string servers = "/api/v1/services/web/servers/";
  const std::string sorry = "127.0.0.3:" + port.text();
  for (const std::string& name : {std::string("one"), std::string("spare"), sorry}) {
    INFO(name);
    const auto views = site.view<Checks>(servers + name + "/checks").view;
    REQUIRE(views.size() == 1);
    CHECK(views[0].service == "web");
    CHECK(views[0].server == name);
  }
  CHECK(site.view<Checks>(servers + "spare/checks").view.at(0).target ==
        "127.0.0.2:" + port.text());
  CHECK(site.get(servers + "127.0.0.9/checks").status == 404);
}

TEST_CASE("checks of what is not there are refused with what resembles it") {
  World world;
  const auto status = [&](const std::string& path) { return world.site.get(path).status; };
  CHECK(status("/api/v1/services/tcp:10.0.0.9:80/servers/x/checks") == 404);
  CHECK(status("/api/v1/services/tcp:10.0.0.1:80/servers/10.9.9.9/checks") == 404);
  CHECK(world.site.get(world.path() + "/checks/run").status == 405);
}

TEST_CASE("a server that a reload brings to a running check starts with what that knows") {
  World world("300");
  world.port.close();
  world.posted("run");
  REQUIRE(world.health() == "down");
  world.site.write(service(1, world.port, "300") + service(2, world.port, "300"));
  REQUIRE(world.site.reload().status == 200);
  CHECK(world.check().servers == 2);
  CHECK(world.health(2) == "down");
  CHECK(world.site.log.count("Server tcp:10.0.0.2:80/127.0.0.1:") == 1);

  world.port.open();
  world.posted("run");
  CHECK(world.health(1) == "up");
  CHECK(world.health(2) == "up");
}

TEST_CASE("a reload leaves a pause as it is") {
  World world;
  world.posted("pause");
  world.site.write(service(2, world.port) + service(1, world.port));
  REQUIRE(world.site.reload().status == 200);
  CHECK(world.check().paused);
  CHECK(world.check().servers == 2);
}

TEST_CASE("the digest of a url is what an HTTP_GET finds there") {
  World world;
  const ScriptedServer server([](ScriptedServer::Client& client) {
    const bool named = client.hear().find("GET /x HTTP/1.0\r\n") == 0;
    client.say(named ? "HTTP/1.0 200 OK\r\n\r\nhello" : "");
  });
  const std::string target = "?target=" + text(server.target().endpoint);
  const auto asked = [&](const std::string& query) {
    return world.site.ask("POST", "/api/v1/checks/digest" + query);
  };
  const Answer found = asked(target + "&path=/x");
  INFO(found.status << " " << found.body);
  REQUIRE(found.status == 200);
  CHECK(api::document<api::DigestView>(found.body)->view.digest ==
        "5d41402abc4b2a76b9719d911017c592");
  const auto none = api::document<api::DigestView>(asked(target + "&path=/y").body)->view;
  CHECK_FALSE(none.digest);
  CHECK(none.result.text == "empty answer");
  CHECK(asked("?path=/x").status == 400);
  CHECK(asked(target + "&path=x").status == 400);
  CHECK(asked(target + "&path=/x%0d%0aHost:%20a").status == 400);
  CHECK(asked(target + "&path=/x&host=a%20b").status == 400);
}
