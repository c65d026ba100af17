#include "daemon/daemon.h"

#include <linux/ip_vs.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "api/json.h"
#include "test/daemon/open_port.h"
#include "test/daemon/site.h"
#include "test/fakes/gate.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::Answer;
using lvsd::test::answer_of;
using lvsd::test::eventually;
using lvsd::test::FakeNetlink;
using lvsd::test::FakeRequest;
using lvsd::test::Gate;
using lvsd::test::OpenPort;
using lvsd::test::RawClient;
using lvsd::test::request;
using lvsd::test::Site;
using lvsd::test::table;
using lvsd::test::unchecked;
using lvsd::test::web;

namespace {

std::string real(const std::string& port, const std::string& more = "TCP_CHECK {\n    }\n") {
  return "  real_server 127.0.0.1 " + port + " {\n    weight 1\n    " + more + "  }\n";
}

const Table kTwo = table(
    "tcp 10.0.0.1:80 wlc\n"
    "  -> 10.0.0.2:80 NAT weight 1\n"
    "  -> 10.0.0.3:80 NAT weight 1\n");

}  // namespace

// ---- start and stop

TEST_CASE("a daemon brings the kernel to its file and says it is ready and leaves the table") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  CHECK(text(site.fake.table()) == text(kTwo));
  CHECK(site.get("/healthz").status == 200);
  CHECK(site.log.count("serves 1 virtual servers of") == 1);
  CHECK(site.stop() == exit_done);
  CHECK(site.fake.table() == kTwo);
  CHECK_FALSE(std::filesystem::exists(site.directory / "lvsd.sock"));
}

TEST_CASE("a daemon that finds the kernel as wanted writes nothing") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.fake.put(kTwo);
  site.up();
  CHECK(site.fake.changes() == 0);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("a start that would write the state file as it is leaves it alone") {
  Site site(web(unchecked(2)));
  const auto file_after_a_life = [&site] {
    site.up();
    CHECK(site.stop() == exit_done);
    struct stat file {};
    REQUIRE(::stat((site.directory / "state" / "state.json").c_str(), &file) == 0);
    return std::pair(file.st_ino, file.st_mtim.tv_nsec);  // it would be another file
  };
  const auto first = file_after_a_life();
  CHECK(file_after_a_life() == first);
  site.write(web(unchecked(2)) + "virtual_server fwmark 7 {\n  lvs_method NAT\n}\n");
  CHECK(file_after_a_life() != first);
}

TEST_CASE("a start reads the kernel once and compares and writes nothing twice") {
  std::map<int, int> asked;
  Site site(web(unchecked(2) + unchecked(3)));
  const bool is_restart = GENERATE(false, true);
  if (is_restart) site.fake.put(kTwo);
  site.fake.on_request = [&asked](FakeRequest& request) { ++asked[request.command]; };
  site.up();
  CHECK(asked[IPVS_CMD_GET_SERVICE] == 2);  // the list, and whether it was at rest
  CHECK(asked[IPVS_CMD_GET_DEST] == (is_restart ? 1 : 0));
  CHECK(site.fake.changes() == (is_restart ? 0 : 3));
  CHECK(site.stop() == exit_done);
}

TEST_CASE("one service or server is shown without reading the whole kernel") {
  std::string config = web(unchecked(2) + unchecked(3));
  for (int i = 10; i < 60; ++i)
    config += "virtual_server 10.0.1." + std::to_string(i) +
              " 80 {\n  protocol TCP\n  lvs_method NAT\n" + unchecked(2) + "}\n";
  Site site(config);
  site.up();
  const std::string what = GENERATE("", "/servers/10.0.0.3:80");
  const auto before = site.fake.requests();
  const Answer answer = site.get("/api/v1/services/tcp:10.0.0.1:80" + what);
  CHECK(site.fake.requests() - before == 2);
  INFO(answer.body);
  CHECK(answer.status == 200);
  CHECK(answer.body.find("\"in_kernel\":true") != std::string::npos);
  CHECK(site.get("/api/v1/services/nosuch").status == 404);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("what left the file while no daemon ran is removed by the next one and nothing else") {
  const Table others = table("udp 10.9.9.9:53 rr\n  -> 10.9.9.1:53 NAT weight 1\n");
  Site site(web(unchecked(2) + unchecked(3)) +
            "virtual_server 10.0.0.7 80 {\n  protocol TCP\n  lvs_method NAT\n" + unchecked(2) +
            "}\n");
  site.fake.put(others);
  site.up();
  REQUIRE(site.stop() == exit_done);
  REQUIRE(site.fake.table().size() == 3);
  const auto writes = site.fake.changes();
  site.write(web(unchecked(2) + unchecked(3)));
  site.up();
  Table left = kTwo;
  left.merge(Table(others));
  CHECK(text(site.fake.table()) == text(left));
  CHECK(site.fake.changes() == writes + 1);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("a daemon that is told to empties the table of its own services when it stops") {
  const Table others = table("udp 10.9.9.9:53 rr\n  -> 10.9.9.1:53 NAT weight 1\n");
  const std::string word = GENERATE("lvs_flush_on_stop", "lvs_flush_on_stop VS");
  Site site("global_defs {\n  " + word + "\n}\n" + web(unchecked(2) + unchecked(3)));
  site.fake.put(others);
  site.up();
  REQUIRE(site.fake.table().size() == 2);
  CHECK(site.stop() == exit_done);
  CHECK(text(site.fake.table()) == text(others));
  CHECK(site.log.count("1 services leave the kernel") == 1);
}

TEST_CASE("a daemon refuses to start with a code that says why") {
  Site site(web(unchecked(2)));
  SECTION("the kernel has no IPVS") {
    site.fake.present = false;
    CHECK(site.run() == exit_kernel);
    CHECK(site.log.count("the kernel has no IPVS") == 1);
  }
  SECTION("it may not program the kernel") {
    site.fake.capable = false;
    CHECK(site.run() == exit_permission);
    CHECK(site.log.count("EPERM") == 1);
  }
  SECTION("the configuration has a mistake") {
    site.write("virtual_server 10.0.0.1 80 {\n  weigth 3\n}\n");
    CHECK(site.run() == exit_refused);
    CHECK(site.log.count("lvsd.conf:2:3: unknown keyword 'weigth'") == 1);
    CHECK(site.log.count("is not valid, not starting") == 1);
  }
  SECTION("there is no configuration") {
    std::filesystem::remove(site.directory / "lvsd.conf");
    CHECK(site.run() == exit_refused);
    CHECK(site.log.count("No such file or directory") == 1);
  }
  SECTION("the socket's folder does not exist") {
    boost::asio::io_context loop;
    Options options = site.options();
    options.socket = (site.directory / "nowhere").string() + "/lvsd.sock";
    Daemon daemon(loop, options, site.fake.open(), site.lock_name());
    CHECK(daemon.run() == exit_refused);
    CHECK(site.log.count("opening the API") == 1);
  }
  CHECK(site.fake.changes() == 0);
}

TEST_CASE("a second daemon in the same network namespace refuses to start and names the first") {
  Site site(web(unchecked(2)));
  site.up();
  boost::asio::io_context loop;
  FakeNetlink untouched;
  {
    Daemon second(loop, site.options(), untouched.open(), site.lock_name());
    CHECK(second.run() == exit_refused);
  }
  CHECK(site.log.count("another lvsd runs in this network namespace, process " +
                       std::to_string(::getpid())) == 1);
  CHECK(untouched.requests() == 0);
  CHECK(site.get("/readyz").status == 200);
}

TEST_CASE("a daemon stops while a reload waits for the kernel") {
  Gate gate;
  std::atomic<bool> armed = false;
  Site site(web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (armed && asked.is_change) gate.hold();
  };
  site.up();
  armed = true;
  site.write(web(unchecked(3)));
  RawClient client(site.directory / "lvsd.sock");
  client.send(request("POST", "/api/v1/config/reload"));
  REQUIRE(eventually([&] { return gate.held == 1; }));
  armed = false;
  ::kill(::getpid(), SIGTERM);
  CHECK(client.is_closed());
  gate.open.release();
  CHECK(site.joined() == exit_done);
}

TEST_CASE("a daemon that the kernel holds up in its start stops when it is told to") {
  Gate gate;
  std::atomic<bool> armed = true;
  Site site(web(unchecked(2)));
  const bool in_a_change = GENERATE(false, true);
  site.fake.on_request = [&](FakeRequest& asked) {
    if (armed && asked.is_change == in_a_change) gate.hold();
  };
  site.start();
  REQUIRE(eventually([&] { return gate.held == 1; }));
  ::kill(::getpid(), SIGHUP);  // for later, and no reason to wait
  const Time told = Time::clock::now();
  ::kill(::getpid(), SIGTERM);
  // The writer's thread stays in the kernel, and is left there.
  CHECK(site.joined() == exit_done);
  CHECK(Time::clock::now() - told < 5s);
  armed = false;
  gate.open.release();
  CHECK(eventually([&] { return site.is_left_alone(); }));
}

TEST_CASE("a daemon told to reload while it starts does so when it has started") {
  Gate gate;
  std::atomic<bool> armed = true;
  Site site(web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (asked.is_change && armed.exchange(false)) gate.hold();
  };
  site.start();
  REQUIRE(eventually([&] { return gate.held == 1; }));
  site.write(web(unchecked(3)));
  ::kill(::getpid(), SIGHUP);
  gate.open.release();
  const Table wanted = table("tcp 10.0.0.1:80 wlc\n  -> 10.0.0.3:80 NAT weight 1\n");
  CHECK(eventually([&] { return site.fake.table() == wanted; }));
  CHECK(site.generation() == 2);
}

TEST_CASE("what only a restart can change refuses the reload and changes nothing") {
  Site site(web(unchecked(2)));
  site.up();
  site.write("net_namespace elsewhere\n" + web(unchecked(3)));
  const Answer answer = site.reload();
  CHECK(answer.status == 422);
  CHECK(answer.body.find("net_namespace differs from the one lvsd was started with") !=
        answer.body.npos);
  CHECK(site.generation() == 1);
  CHECK(site.fake.table().begin()->second.destinations.size() == 1);
}

TEST_CASE("a network namespace that does not exist is named and stops the start") {
  Site site("net_namespace no-such-namespace\n" + web(unchecked(2)));
  CHECK(site.run() == exit_kernel);
  CHECK(site.log.count("opening the network namespace 'no-such-namespace'") == 1);
  CHECK(site.fake.requests() == 0);
}

TEST_CASE("counters are zeroed for one service, and not by a rehearsal") {
  Site site(web(unchecked(2)));
  site.up();
  site.fake.edit(
      [](test::FakeIpvs& ipvs) { ipvs.services.front().traffic.counters.connections = 7; });
  const std::string service = "/api/v1/services/tcp:10.0.0.1:80";
  const auto counted = [&] {
    return site.view<api::ServiceView>(service).view.counters.connections;
  };
  for (const char* yes : {"?dry_run=1", "?dry_run=yes", "?dry_run"})
    CHECK(site.ask("POST", service + "/zero" + yes).status == 200);
  CHECK(counted() == 7);
  CHECK(site.ask("POST", service + "/zero?dry_run=0").status == 200);
  CHECK(counted() == 0);
  CHECK(site.ask("POST", "/api/v1/services/nosuch/zero").status == 404);
}

TEST_CASE("a query for connections that cannot be meant is refused") {
  Site site(web(unchecked(2)));
  site.up();
  for (const char* query : {"?service=nosuch", "?server=web1", "?client=10.0.0.0/33",
                            "?client=here", "?limit=some", "?service=tcp:10.0.0.1:80&server=web1"})
    CHECK(site.get(std::string("/api/v1/connections") + query).status / 100 == 4);
}

// ---- what the API shows

TEST_CASE("the API shows the status and each service and each server") {
  const OpenPort port;
  Site site("virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_method NAT\n" + unchecked(2, 3) +
            "  sorry_server 10.0.0.9 80\n}\n" + "virtual_server 10.0.0.1 " + port.text() +
            " {\n  protocol TCP\n  lvs_method DR\n  delay_loop 1\n"
            "  warmup 0\n  alpha\n" +
            real(port.text()) + "}\n");
  site.fake.put(table("udp 10.9.9.9:53 rr\n  -> 10.9.9.1:53 NAT weight 1\n"));
  site.up();
  REQUIRE(eventually(
      [&] { return site.view<api::StatusView>("/api/v1/status").view.checks.pass == 1; }));
  // The kernel is read once a second at most for those who look.
  REQUIRE(eventually([&] {
    const auto kernel = site.view<api::StatusView>("/api/v1/status").view.kernel;
    return kernel.ours && kernel.ours->servers == 2;
  }));

  const auto status = site.view<api::StatusView>("/api/v1/status");
  CHECK(status.head.generation == 1);
  CHECK(status.view.state == "OK");
  CHECK(status.view.kernel.ipvs_version == "1.2.1");
  CHECK(status.view.kernel.ours == api::EntryCounts{2, 2});
  CHECK(status.view.kernel.foreign == api::EntryCounts{1, 1});
  CHECK(status.view.services.size() == 2);
  CHECK(status.view.attention.empty());

  const auto services = site.view<std::vector<api::ServiceView>>("/api/v1/services").view;
  REQUIRE(services.size() == 2);
  CHECK(services[0].service == "tcp:10.0.0.1:80");
  CHECK_FALSE(services[0].servers);

  const auto service = site.view<api::ServiceView>("/api/v1/services/tcp:10.0.0.1:80").view;
  CHECK(service.state == "UP");
  CHECK(service.pool == "primary");
  CHECK(service.counters.out_packets == 0u);  // NAT: replies are seen
  REQUIRE(service.servers);
  REQUIRE(service.servers->size() == 2);
  CHECK(service.servers->at(0).state == "ACTIVE");
  CHECK(service.servers->at(0).in_kernel == true);
  CHECK(service.servers->at(0).weight.kernel == 3);
  CHECK(service.servers->at(1).role == "sorry");
  CHECK(service.servers->at(1).state == "STANDBY");
  CHECK(service.servers->at(1).in_kernel == false);
  CHECK_FALSE(service.servers->at(1).weight.kernel);

  const auto direct =
      site.view<api::ServiceView>("/api/v1/services/tcp:10.0.0.1:" + port.text()).view;
  CHECK(direct.counters.in_packets == 0u);
  CHECK_FALSE(direct.counters.out_packets);  // DR: nobody knows, which is not 0
  CHECK_FALSE(direct.rates.out_bps);

  const auto server = site.view<api::ServerView>("/api/v1/services/tcp:10.0.0.1:" + port.text() +
                                                 "/servers/127.0.0.1")
                          .view;
  CHECK(text(server.endpoint) == "127.0.0.1:" + port.text());
  CHECK_FALSE(server.counters.out_bytes);
  CHECK(server.counters.in_bytes == 0u);
  REQUIRE(server.checks);
  CHECK(server.checks->at(0).target == "127.0.0.1:" + port.text());
  REQUIRE(server.health.last);
  CHECK(server.health.last->result == "L4OK");

  CHECK(site.view<std::vector<api::ServerView>>("/api/v1/servers").view.size() == 3);
  CHECK(site.get("/api/v1/services/tcp:10.0.0.1:8080").status == 404);
  CHECK(site.get("/api/v1/services/tcp:10.0.0.1:80/servers/10.0.0.77").status == 404);
}

TEST_CASE("a server says how it is checked and how it comes and goes and a list does not") {
  const OpenPort port;
  Site site(
      "virtual_server 10.0.0.1 80 {\n  name web\n  owner team-edge\n  protocol TCP\n"
      "  lvs_method NAT\n  graceful_removal\n  real_server 10.0.0.2 80 {\n    name one\n"
      "    drain_timeout 15m\n    slow_start 30\n    preempt_delay 20\n    on_return drain\n"
      "    backup_server 10.0.0.8 80 {\n      name spare\n    }\n    HTTP_GET {\n"
      "      connect_port " +
      port.text() +
      "\n      virtualhost www.example.com\n      delay_loop 60\n      fast_interval 1\n"
      "      url {\n        path /healthz\n        basic_auth op:s3cret\n      }\n    }\n"
      "    MISC_CHECK {\n      misc_path \"/bin/true quick\"\n      misc_timeout 7\n    }\n"
      "  }\n}\n");
  site.up();
  const auto server = site.view<api::ServerView>("/api/v1/services/web/servers/one").view;
  REQUIRE(server.checks);
  REQUIRE(server.checks->size() == 2);
  const api::CheckView& http = server.checks->at(0);
  CHECK(http.requests ==
        std::vector<std::string>{"GET /healthz Host www.example.com expect 200-299"});
  CHECK(http.interval_seconds == 60);
  CHECK(http.fast_interval_seconds == 1);
  CHECK_FALSE(http.down_interval_seconds);
  CHECK(server.checks->at(1).requests == std::vector<std::string>{"/bin/true quick"});
  CHECK(server.checks->at(1).timeout_seconds == 7);
  CHECK(server.policy == api::ServerPolicyView{.drain_timeout_seconds = 900,
                                               .slow_start_seconds = 30,
                                               .backup = "spare",
                                               .preempt_delay_seconds = 20,
                                               .on_return = "drain"});
  CHECK_FALSE(site.view<api::ServerView>("/api/v1/services/web/servers/spare").view.policy);

  const auto service = site.view<api::ServiceView>("/api/v1/services/web").view;
  CHECK(service.owner == "team-edge");
  CHECK(service.graceful_removal);
  CHECK(service.servers->at(0).policy == server.policy);
  for (const auto& one : site.view<std::vector<api::ServerView>>("/api/v1/servers").view) {
    CHECK_FALSE(one.checks);
    CHECK_FALSE(one.policy);
    CHECK(one.config);
  }
}

TEST_CASE("long lists and a long status say what is said of each service") {
  std::string config;
  for (int i = 0; i < 60; ++i) {
    config += "virtual_server 10.0.1." + std::to_string(i) + " 80 {\n  name s" + std::to_string(i) +
              "\n  protocol TCP\n  lvs_method NAT\n";
    for (int j = 1; j <= 10; ++j)
      config +=
          "  real_server 10.1." + std::to_string(i) + "." + std::to_string(j) + " 80 {\n  }\n";
    config += "}\n";
  }
  Site site(config);
  site.up();
  const auto services = site.view<std::vector<api::ServiceView>>("/api/v1/services").view;
  const auto servers = site.view<std::vector<api::ServerView>>("/api/v1/servers").view;
  const auto status = site.view<api::StatusView>("/api/v1/status").view;
  REQUIRE(services.size() == 60);
  REQUIRE(servers.size() == 600);
  REQUIRE(status.services.size() == 60);
  CHECK(status.state == "OK");
  CHECK(status.kernel.ours->servers == 600);
  for (std::size_t i = 0; i < 60; i += 7) {
    auto one = site.view<api::ServiceView>("/api/v1/services/s" + std::to_string(i)).view;
    REQUIRE(one.servers);
    CHECK(one.servers->at(3).server == servers[10 * i + 3].server);
    one.servers.reset();
    one.since = services[i].since;  // told of another moment, it may be a millisecond off
    CHECK(one == services[i]);
    CHECK(static_cast<const api::ServiceSummary&>(one) == status.services[i]);
  }
  CHECK(site.view<std::vector<api::ServiceView>>("/api/v1/services?filter=service%3Ds7")
            .view.size() == 1);
  CHECK(site.get("/api/v1/services?filter=nonsense%3Ds7").status == 400);
}

TEST_CASE("a server that fails leaves the kernel with a line in the log and is shown down") {
  OpenPort port;
  Site site(web(real(port.text()) + unchecked(2)));
  site.up();
  const auto servers = [&] { return site.fake.table().begin()->second.destinations.size(); };
  REQUIRE(servers() == 2);
  port.close();
  REQUIRE(eventually([&] { return servers() == 1; }));
  CHECK(site.log.count("WARNING Server tcp:10.0.0.1:80/127.0.0.1:") == 1);
  CHECK(site.log.count(
            "is DOWN, reason: Layer4 connection problem, info: \"Connection refused\"") == 1);
  const auto status = site.view<api::StatusView>("/api/v1/status").view;
  CHECK(status.state == "DEGRADED");
  REQUIRE(status.attention.size() == 1);
  CHECK(status.attention[0].text.find("DOWN: L4CON") == 0);
}

TEST_CASE("a kernel that may no longer be read makes the daemon unready and it says why") {
  std::atomic<bool> refuse = false;
  Site site("global_defs {\n  audit_interval 1\n}\n" + web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (refuse) asked.refuse_with = EPERM;
  };
  site.up();
  refuse = true;
  REQUIRE(eventually([&] { return site.get("/readyz").status == 503; }));
  CHECK(site.get("/readyz").body.find("EPERM") != std::string::npos);
  CHECK(site.get("/healthz").status == 200);
  REQUIRE(eventually([&] {  // what was read before is shown until it is a second old
    return site.view<api::StatusView>("/api/v1/status").view.kernel.error.has_value();
  }));
  const auto status = site.view<api::StatusView>("/api/v1/status").view;
  CHECK(status.state == "DEGRADED");
  CHECK_FALSE(status.kernel.ours);
  const auto server = site.view<api::ServiceView>("/api/v1/services/tcp:10.0.0.1:80").view;
  CHECK_FALSE(server.counters.connections);
  CHECK_FALSE(server.servers->at(0).in_kernel);
  refuse = false;
  CHECK(eventually([&] { return site.get("/readyz").status == 200; }));
}

// ---- reload

TEST_CASE("a reload of a bad file is refused with every mistake and changes nothing") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  const auto writes = site.fake.changes();
  site.write("virtual_server 10.0.0.1 80 {\n  weigth 3\n  protocol TPC\n}\n");
  const Answer refused = site.reload();
  CHECK(refused.status == 422);
  const auto problem = api::problem(refused.body).value();
  std::set<std::uint32_t> lines;
  for (const auto& diagnostic : problem.diagnostics)
    if (diagnostic.severity == "error") lines.insert(diagnostic.line);
  CHECK(lines == std::set<std::uint32_t>{2, 3});
  CHECK(site.fake.changes() == writes);
  CHECK(site.generation() == 1);
  CHECK(site.fake.table() == kTwo);
  CHECK(site.log.count("generation 1 stays in force") == 1);

  std::filesystem::remove(site.directory / "lvsd.conf");
  CHECK(site.reload().status == 422);
  CHECK(site.generation() == 1);
}

TEST_CASE("a reload that fails inside is answered with a 500 and the old configuration stays") {
  std::atomic<bool> fails = false;
  Site site(web(unchecked(2) + unchecked(3)));
  site.load = [&](const Options& options, bool origins) -> Recorded {
    if (fails) throw std::runtime_error("injected");
    return load_config(options, origins);
  };
  site.up();
  const auto writes = site.fake.changes();
  fails = true;
  site.write(web(unchecked(2)));
  const Answer answer = site.reload();
  CHECK(answer.status == 500);
  CHECK(api::problem(answer.body).value().detail == "injected; the running configuration stays");
  ::kill(::getpid(), SIGHUP);
  CHECK(eventually([&] { return site.log.count("Reload given up: injected") == 2; }));
  CHECK(site.generation() == 1);
  CHECK(site.fake.table() == kTwo);
  CHECK(site.fake.changes() == writes);
  CHECK(site.get("/readyz").status == 200);
  fails = false;
  CHECK(site.reload().status == 200);
  CHECK(site.generation() == 2);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("a disk that hangs holds up neither repairs nor answers nor the end") {
  Gate disk;
  std::atomic<bool> hangs = false;
  std::atomic<bool> is_over = false;
  Site site("global_defs {\n  audit_interval 1\n}\n" + web(unchecked(2) + unchecked(3)));
  site.load = [&](const Options& options, bool origins) -> Recorded {
    if (!hangs) return load_config(options, origins);
    disk.hold();
    is_over = true;
    return {};
  };
  site.up();
  hangs = true;
  RawClient waiting(site.directory / "lvsd.sock");
  waiting.send(request("POST", "/api/v1/config/reload"));
  REQUIRE(eventually([&] { return disk.held == 1; }));
  REQUIRE(site.fake.change(RemoveService{kTwo.begin()->first}) == 0);
  CHECK(eventually([&] { return site.fake.table() == kTwo; }));
  CHECK(site.get("/readyz").status == 200);
  const Time told = Time::clock::now();
  CHECK(site.stop() == exit_done);
  CHECK(Time::clock::now() - told < 5s);
  disk.open.release();
  CHECK(eventually([&] { return is_over.load(); }));
}

TEST_CASE("a reload of a good file says what changed when the kernel has it") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  site.write(web(unchecked(3, 5) + unchecked(4)));
  const Answer answer = site.reload();
  REQUIRE(answer.status == 200);
  CHECK(text(site.fake.table()) ==
        "tcp 10.0.0.1:80 wlc\n"
        "  -> 10.0.0.3:80 NAT weight 5\n"
        "  -> 10.0.0.4:80 NAT weight 1\n");
  const auto reloaded = api::document<api::ReloadView>(answer.body).value();
  CHECK(reloaded.head.generation == 2);
  CHECK(reloaded.view.previous_generation == 1);
  CHECK(reloaded.view.services == api::ChangeCounts{0, 1, 0});
  CHECK(reloaded.view.servers == api::ChangeCounts{1, 1, 1});
  CHECK(reloaded.view.state == "APPLIED");

  const auto writes = site.fake.changes();
  REQUIRE(site.reload().status == 200);
  CHECK(site.generation() == 3);
  CHECK(site.fake.changes() == writes);
}

TEST_CASE("a reload that the kernel refuses in part says which part") {
  std::atomic<bool> refuse = false;
  Site site(web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (refuse && asked.is_change) asked.refuse_with = ENOMEM;
  };
  site.up();
  refuse = true;
  site.write(web(unchecked(2) + unchecked(3)));
  const Answer answer = site.reload();
  CHECK(answer.status == 202);
  const auto view = api::document<api::ReloadView>(answer.body).value().view;
  CHECK(view.state == "PARTLY");
  REQUIRE(view.failures.size() == 1);
  CHECK(view.failures[0].find("add tcp 10.0.0.1:80 -> 10.0.0.3:80") == 0);
  CHECK(site.get("/readyz").status == 503);
  refuse = false;
  CHECK(eventually([&] { return site.get("/readyz").status == 200; }));
  CHECK(site.fake.table() == kTwo);
}

TEST_CASE("SIGHUP reloads") {
  Site site(web(unchecked(2)));
  site.up();
  site.write(web(unchecked(2) + unchecked(3)));
  ::kill(::getpid(), SIGHUP);
  CHECK(eventually([&] { return site.fake.table() == kTwo; }));
  CHECK(eventually([&] { return site.generation() == 2; }));
}

TEST_CASE("a storm of reloads is the one that runs and one that reads the last file") {
  Gate gate;
  std::atomic<bool> armed = false;
  Site site(web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (asked.is_change && armed.exchange(false)) gate.hold();
  };
  site.up();
  armed = true;
  site.write(web(unchecked(3)));
  RawClient first(site.directory / "lvsd.sock");
  first.send(request("POST", "/api/v1/config/reload"));
  REQUIRE(eventually([&] { return gate.held == 1; }));

  site.write(web(unchecked(2) + unchecked(3)));
  std::vector<std::unique_ptr<RawClient>> others;
  for (int i = 0; i < 8; ++i) {
    others.push_back(std::make_unique<RawClient>(site.directory / "lvsd.sock"));
    others.back()->send(request("POST", "/api/v1/config/reload"));
  }
  for (int i = 0; i < 100; ++i)
    ::kill(::getpid(), SIGHUP);
  // All of them have been heard when an answer to something asked later is there.
  for (int i = 0; i < 3; ++i)
    REQUIRE(site.get("/healthz").status == 200);
  gate.open.release();
  const auto reloaded = [](RawClient& client) {
    const Answer answer = answer_of(client.answer());
    REQUIRE(answer.status == 200);
    return api::document<api::ReloadView>(answer.body).value().view.previous_generation;
  };
  CHECK(reloaded(first) == 1);
  for (const auto& client : others)
    CHECK(reloaded(*client) == 2);
  CHECK(site.fake.table() == kTwo);
  CHECK(site.generation() < 20);  // some signals may have come too late to share that one
}

TEST_CASE("a new service takes on what the kernel already has of it") {
  const std::string other =
      "virtual_server 10.0.0.7 80 {\n  protocol TCP\n  lvs_method NAT\n  delay_loop 60\n  alpha\n"
      "  real_server 127.0.0.1 1 {\n    weight 1\n    TCP_CHECK {\n    }\n  }\n}\n";
  Site site(web(unchecked(2)));
  site.fake.put(table("tcp 10.0.0.7:80 wlc\n  -> 127.0.0.1:1 NAT weight 1\n"));
  site.up();
  site.write(web(unchecked(2)) + other);
  REQUIRE(site.reload().status == 200);
  const auto view = site.view<api::ServiceView>("/api/v1/services/tcp:10.0.0.7:80").view;
  CHECK(view.servers->at(0).state == "ACTIVE");
  CHECK(site.fake.changes() == 2);  // of the first service
}
