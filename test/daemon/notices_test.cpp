#include "daemon/notices.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>

#include "test/text/config.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::table;

namespace {

// A virtual server with two real servers, each with a check; all words of `more` and `global`.
std::string file(const std::string& global = "", const std::string& more = "",
                 const std::string& servers = "23") {
  std::string text = "global_defs {\n lvs_notify_fifo /run/fifo\n" + global +
                     "}\nvirtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_method NAT\n"
                     " lvs_sched rr\n quorum_up /q/up\n quorum_down /q/down\n" +
                     more;
  for (const char host : servers) {
    text += " real_server 10.0.0.";
    text += host;
    text += " 80 {\n notify_up /s/up\n notify_down /s/down\n TCP_CHECK {\n retry 0\n }\n }\n";
  }
  return text + "}\n";
}

struct World {
  explicit World(const std::string& config = file()) { first = load(config); }

  std::string load(const std::string& text) {
    Loaded loaded = test::load_text(text);
    REQUIRE(loaded.config);
    pools.take(std::move(*loaded.config), {}, now);
    return text_of(book.renew(pools));
  }
  std::string check(std::uint32_t server, CheckResult result) {
    pools.observe({0, server, 0}, {.result = result, .text = {}, .at = now += 1s});
    return text_of(book.renew(pools, 0));
  }
  std::string fail(std::uint32_t server) { return check(server, CheckResult::l4_refused); }
  std::string pass(std::uint32_t server) { return check(server, CheckResult::l4_ok); }

  static std::string text_of(const Notices& notices) {
    std::string out;
    for (const Notice& notice : notices)
      out += notice.line + (notice.script.empty() ? "" : " " + notice.script.argv.front()) + "\n";
    return out;
  }

  Pools pools;
  NoticeBook book;
  Time now{1000s};
  std::string first;
};

const std::string kQuorumUp = "VS [10.0.0.1]:tcp:80 UP /q/up\n";
const std::string kQuorumDown = "VS [10.0.0.1]:tcp:80 DOWN /q/down\n";
const std::string kSecondUp = "RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 UP /s/up\n";
const std::string kSecondDown = "RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 DOWN /s/down\n";
const std::string kThirdUp = "RS [10.0.0.3]:tcp:80 [10.0.0.1]:tcp:80 UP /s/up\n";
const std::string kThirdDown = "RS [10.0.0.3]:tcp:80 [10.0.0.1]:tcp:80 DOWN /s/down\n";

}  // namespace

TEST_CASE("a start tells that quorum is there and nothing of servers") {
  CHECK(World().first == kQuorumUp);
}

TEST_CASE("a start tells of servers with rs_init_notifies") {
  CHECK(World(file("rs_init_notifies\n")).first == kSecondUp + kThirdUp + kQuorumUp);
}

TEST_CASE("a server that goes down and comes up is told each time and once") {
  World world;
  CHECK(world.pass(0) == "");
  CHECK(world.fail(0) == kSecondDown);
  CHECK(world.fail(0) == "");
  CHECK(world.pass(0) == kSecondUp);
}

TEST_CASE("the last server that goes down takes quorum with it") {
  World world;
  world.fail(0);
  CHECK(world.fail(1) == kThirdDown + kQuorumDown);
  CHECK(world.pass(1) == kThirdUp + kQuorumUp);
}

TEST_CASE("a server that begins down is told when it is known") {
  World world(file("", " alpha\n"));
  CHECK(world.first == "");  // there is no quorum, and no sorry server
  CHECK(world.fail(0) == kSecondDown);
  CHECK(world.pass(1) == kThirdUp + kQuorumUp);
}

TEST_CASE("a start without quorum is told where a sorry server serves") {
  CHECK(World(file("", " alpha\n sorry_server 10.0.0.9 80\n")).first == kQuorumDown);
}

TEST_CASE("what a reload deletes is told to be down and what it adds nothing") {
  World world;
  CHECK(world.load(file("", "", "34")) == kSecondDown);
  CHECK(world.load(file("", "", "234")) == "");
  world.fail(0);
  CHECK(world.load("") ==
        "RS [10.0.0.4]:tcp:80 [10.0.0.1]:tcp:80 DOWN /s/down\n" + kThirdDown + kQuorumDown);
}

TEST_CASE("a reload that loses quorum tells it") {
  World world;
  world.fail(0);
  CHECK(world.load(file("", " quorum 2\n")) == kQuorumDown);
  CHECK(world.load(file()) == kQuorumUp);
  CHECK(world.load(file()) == "");
}

TEST_CASE("the end is told of virtual servers with omega only and nothing after it") {
  World plain;
  CHECK(World::text_of(plain.book.farewell(plain.pools)) == "");
  World world(file("", " omega\n"));
  world.fail(0);
  CHECK(World::text_of(world.book.farewell(world.pools)) == kThirdDown + kQuorumDown);
  CHECK(world.pass(0) == "");
}

TEST_CASE("groups and marks have keepalived's names in FIFOs") {
  const std::string words =
      " {\n protocol TCP\n lvs_method NAT\n lvs_sched rr\n"
      " real_server 10.0.0.2 80 {\n }\n}\n";
  World world(
      "global_defs {\n notify_fifo /run/fifo\n}\n"
      "virtual_server_group web {\n 10.0.0.1 80\n}\n"
      "virtual_server_group other {\n 10.0.0.7 80\n}\n"
      "virtual_server group other" +
      words + "virtual_server group web" + words + "virtual_server fwmark 5" + words);
  CHECK(world.first == "VS [other]:0 UP\nVS [web]:0 UP\nVS FWM 5 UP\n");
}

TEST_CASE("without scripts and FIFOs there is nothing to say") {
  World world(
      "virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_method NAT\n lvs_sched rr\n"
      " real_server 10.0.0.2 80 {\n TCP_CHECK {\n retry 0\n }\n }\n}\n");
  CHECK(world.first == "");
  CHECK(world.fail(0) == "");
}

TEST_CASE("servers are mailed in keepalived's words and quorum where it is asked for") {
  const std::string mail = "notification_email {\n ops@example.com\n }\n smtp_server 127.0.0.1\n";
  const auto subjects = [](const Notices& notices) {
    std::string out;
    for (const Notice& notice : notices)
      if (!notice.letter.subject.empty()) out += notice.letter.subject + "\n";
    return out;
  };
  struct Case {
    std::string global;
    std::string more;
    std::string expected;
  };
  const std::string server =
      "Realserver [10.0.0.2]:tcp:80 of virtual server [10.0.0.1]:tcp:80 - DOWN\n";
  const std::string quorum = "Virtualserver [10.0.0.1]:tcp:80 - DOWN\n";
  for (const Case& one :
       {Case{mail, " quorum 2\n", server}, Case{mail, " quorum 2\n smtp_alert\n", server + quorum},
        Case{mail + "smtp_alert\n", " quorum 2\n", server + quorum},
        Case{mail + "smtp_alert\nsmtp_alert_checker no\n", " quorum 2\n", ""},
        Case{mail + "smtp_alert no\n", " quorum 2\n smtp_alert\n", quorum},
        Case{"smtp_server 127.0.0.1\n", " quorum 2\n smtp_alert\n", ""}}) {
    INFO(one.global << one.more);
    World world(file(one.global, one.more));
    world.pools.observe(
        {0, 0, 0},
        {.result = CheckResult::l7_status, .code = 503, .text = "busy", .at = world.now += 1s});
    const Notices notices = world.book.renew(world.pools, 0);
    CHECK(subjects(notices) == one.expected);
    if (!subjects(notices).starts_with("Realserver")) continue;
    const std::string& body = notices.front().letter.body;
    CHECK(
        body.starts_with("tcp:10.0.0.1:80/10.0.0.2:80 is down.\nIts check: Layer7 wrong status, "
                         "code: 503"));
    CHECK(body.ends_with("\nReal servers that take new connections: 1 of 2\n"));
  }
}
