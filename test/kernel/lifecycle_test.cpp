#include <signal.h>

#include <catch2/catch.hpp>
#include <deque>
#include <regex>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsctl.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// Whatever happens to the daemon, its file and its table: the traffic goes on.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

const Endpoint kService{vip(Family::v4), 80};

std::deque<Connection> connections(const TestNet& net, int count) {
  std::deque<Connection> open;
  for (int i = 0; i < count; ++i)
    open.emplace_back(net.client().net, kService);
  return open;
}

Tally answers(std::deque<Connection>& open) {
  Tally tally;
  for (Connection& connection : open)
    ++tally[text(connection.ask())];
  return tally;
}

}  // namespace

TEST_CASE("SIGKILL under traffic and a restart cut no connection and change no weight") {
  const std::string_view method = GENERATE("NAT", "DR");
  const ServiceOptions options{.method = method};
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  const std::string table = service_table(options, {1, 1});
  std::optional<Daemon> lvsd(std::in_place, net.director(), folder);
  lvsd->wait_ready();
  auto open = connections(net, 20);
  REQUIRE(text(answers(open)) == "s1 10, s2 10");
  Traffic traffic(net.client().net, kService, 5ms);

  for (int round = 0; round < 3; ++round) {
    lvsd->send(SIGKILL);
    REQUIRE(lvsd->exit_code(5s) == 128 + SIGKILL);
    CHECK(ipvs_table(net.director().net) == table);
    CHECK(text(answers(open)) == "s1 10, s2 10");
    lvsd.emplace(net.director(), folder, Command{"-v"});
    lvsd->wait_ready();
    CHECK_FALSE(lvsd->logged("Kernel: "));  // not one change was sent
    CHECK(always(500ms, [&] { return ipvs_table(net.director().net) == table; }));
    CHECK(text(answers(open)) == "s1 10, s2 10");
  }
  const Tally tally = traffic.stop();
  INFO(text(tally));
  CHECK(tally.size() == 2);
  CHECK(tally.contains("s1"));
}

TEST_CASE("SIGTERM leaves the table and the traffic") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  auto open = connections(net, 4);
  lvsd.send(SIGTERM);
  CHECK(lvsd.exit_code(5s) == 0);
  CHECK(ipvs_table(net.director().net) == service_table(options, {1, 1}));
  CHECK(text(answers(open)) == "s1 2, s2 2");
  CHECK_FALSE(std::filesystem::exists(folder.socket()));
}

TEST_CASE("a server found dead after a restart leaves only after all the evidence") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  {
    Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    lvsd.send(SIGKILL);
    lvsd.exit_code(5s);
  }
  net.web(1).set(Mood::refuses);
  const std::string patient = std::regex_replace(service_config(options), std::regex("retry 0"),
                                                 "retry 3\n      delay_before_retry 0.1");
  folder.write_config(patient);
  Daemon lvsd(net.director(), folder);
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {-1, 1});
  }));
  CHECK(lvsd.logged("4/4 failed"));
}

TEST_CASE("a reload with a broken file changes nothing and says where it is broken") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();

  std::string broken = service_config({.servers = 1});
  broken.replace(broken.find("weight") == broken.npos ? broken.find("lb_algo") : 0, 7, "lb_alog");
  lvsd.reload(broken);
  CHECK(eventually(5s, [&] { return lvsd.logged("Reload refused"); }));
  CHECK(lvsd.logged("lvsd.conf:3:3"));
  CHECK(always(1s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {1, 1});
  }));
  const Reply reply = ask(folder.socket(), "POST /api/v1/config/reload");
  CHECK(reply.status == 422);
  CHECK(reply.body.find("lb_alog") != reply.body.npos);

  lvsd.reload(service_config(options));
  CHECK(eventually(5s, [&] { return lvsd.logged("Reloaded"); }));
}

TEST_CASE("a reload adds and removes servers and services and keeps the health of the others") {
  const ServiceOptions options;
  TestNet net(3);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon lvsd(net.director(), folder, {"-v"});
  lvsd.wait_ready();
  net.web(1).set(Mood::refuses);
  REQUIRE(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {-1, 1});
  }));

  const ServiceOptions wider{.servers = 3};
  lvsd.reload(service_config(wider) +
              "virtual_server 10.0.0.101 80 {\n  lb_algo wrr\n  lb_kind DR\n" +
              "  protocol TCP\n  real_server 10.0.1.2 80 {\n    weight 7\n  }\n}\n");
  const std::string second = "tcp 10.0.0.101:80 wrr\n  -> 10.0.1.2:80 DR weight 7\n";
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(wider, {-1, 1, 1}) + second;
  }));
  CHECK_FALSE(lvsd.logged("(10.0.1.1:80) is UP"));
  CHECK(text(get(net.client().net, {*parse_address("10.0.0.101"), 80})) == "s2");

  lvsd.reload(service_config({.servers = 2}));
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {-1, 1});
  }));
}

TEST_CASE("an entry that ipvsadm deletes or changes behind our back is put back and reported") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 0.5\n}\n" + service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const std::string table = service_table(options, {1, 1});
  const auto mended = [&] {
    return eventually(5s, [&] { return ipvs_table(net.director().net) == table; });
  };
  const auto meddle = [&](Command command) {
    command.insert(command.begin(), "ipvsadm");
    net.director().output_of(command);
    REQUIRE(ipvs_table(net.director().net) != table);
  };
  meddle({"-d", "-t", "10.0.0.100:80", "-r", "10.0.1.1:80"});
  CHECK(mended());
  CHECK(lvsd.logged("Drift: tcp 10.0.0.100:80 -> 10.0.1.1:80 is missing"));
  meddle({"-e", "-t", "10.0.0.100:80", "-r", "10.0.1.2:80", "-m", "-w", "9"});
  CHECK(mended());
  CHECK(
      lvsd.logged("Drift: tcp 10.0.0.100:80 -> 10.0.1.2:80 is NAT weight 9, wanted NAT weight 1"));
  meddle({"-a", "-t", "10.0.0.100:80", "-r", "10.0.1.9:80", "-m"});
  CHECK(mended());
  CHECK(lvsd.logged("Drift: tcp 10.0.0.100:80 -> 10.0.1.9:80 is extra"));
  meddle({"-E", "-t", "10.0.0.100:80", "-s", "wlc"});
  CHECK(mended());
  meddle({"-D", "-t", "10.0.0.100:80"});
  CHECK(mended());
  CHECK(lvsd.logged("Drift: tcp 10.0.0.100:80 is missing"));
}

TEST_CASE("a program that changes a weight again and again is a fight that lvsd tells of") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 0.2\n}\n" + service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const std::string entry = "tcp 10.0.0.100:80 -> 10.0.1.1:80";
  const auto meddle = [&] {
    net.director().output_of(
        {"ipvsadm", "-e", "-t", "10.0.0.100:80", "-r", "10.0.1.1:80", "-m", "-w", "9"});
  };
  CHECK(eventually(20s, [&] {
    meddle();
    return lvsd.logged("Fight: " + entry + " was repaired several times within a minute");
  }));
  meddle();
  // From now on with pauses of 20 s and more: theirs stands meanwhile, and traffic flows.
  CHECK(always(3s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {9, 1});
  }));
  const Reply status = ask(folder.socket(), "GET /api/v1/status");
  CHECK(status.body.find("another program changes it each time it is repaired") !=
        std::string::npos);
  CHECK(status.body.find("\"state\":\"DEGRADED\"") != std::string::npos);
  // What else differs is repaired as ever.
  net.director().output_of({"ipvsadm", "-d", "-t", "10.0.0.100:80", "-r", "10.0.1.2:80"});
  CHECK(eventually(5s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {9, 1});
  }));
  // They are gone: after the pause it is as the file says.
  CHECK(eventually(25s, [&] {
    return ipvs_table(net.director().net) == service_table(options, {1, 1});
  }));
}

TEST_CASE("services of others are never touched") {
  TestNet net(2);
  const std::string theirs = "fwmark 7 lc\n  -> 10.0.1.2:0 DR weight 4\n";
  add_ipvs_rules(net.director().net, "-A -f 7 -s lc\n-a -f 7 -r 10.0.1.2:0 -g -w 4\n");
  REQUIRE(ipvs_table(net.director().net) == theirs);
  const ServiceOptions options;
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 0.2\n}\n" + service_config(options));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const std::string both = theirs + service_table(options, {1, 1});
  const auto sorted_both = [&] {
    const std::string table = ipvs_table(net.director().net);
    return table.find(theirs) != table.npos &&
           table.find(service_table(options, {1, 1})) != table.npos;
  };
  CHECK(always(1s, sorted_both));
  lvsd.reload("");
  CHECK(eventually(5s, [&] { return ipvs_table(net.director().net) == theirs; }));
  lvsd.send(SIGTERM);
  lvsd.exit_code(5s);
  CHECK(ipvs_table(net.director().net) == theirs);
}

TEST_CASE("lvs_flush_on_stop takes away what is ours and leaves what is not") {
  TestNet net(2);
  const std::string theirs = "fwmark 7 lc\n  -> 10.0.1.2:0 DR weight 4\n";
  add_ipvs_rules(net.director().net, "-A -f 7 -s lc\n-a -f 7 -r 10.0.1.2:0 -g -w 4\n");
  DaemonFolder folder;
  folder.write_config("global_defs {\n  lvs_flush_on_stop\n}\n" + service_config(ServiceOptions()));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  REQUIRE(ipvs_table(net.director().net) != theirs);
  lvsd.send(SIGTERM);
  CHECK(lvsd.exit_code(5s) == 0);
  CHECK(ipvs_table(net.director().net) == theirs);
}

TEST_CASE("lvsctl shutdown ends lvsd, and with --clear what is ours in the kernel") {
  const bool clears = GENERATE(false, true);
  TestNet net(2);
  const std::string theirs = "fwmark 7 lc\n  -> 10.0.1.2:0 DR weight 4\n";
  add_ipvs_rules(net.director().net, "-A -f 7 -s lc\n-a -f 7 -r 10.0.1.2:0 -g -w 4\n");
  DaemonFolder folder;
  folder.write_config(service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  REQUIRE(eventually(5s, [&] {
    return ipvs_table(net.director().net) == theirs + service_table({}, {1, 1});
  }));
  const std::string before = net.director().output_of({"ipvsadm", "-Sn"});
  Command command = {"shutdown", "--reason", "moved"};
  if (clears) {
    command.emplace_back("--clear");
    const Ran asked_back = lvsctl(net, folder, command);
    INFO(asked_back.output);
    CHECK(asked_back.exit == 5);
    CHECK(asked_back.output.find("\n  remove tcp 10.0.0.100:80\n") != std::string::npos);
    CHECK(asked_back.output.find("nothing was done yet") != std::string::npos);
    CHECK(net.director().output_of({"ipvsadm", "-Sn"}) == before);
    CHECK(lvsd.running());
    command.emplace_back("--yes");
  }
  const Ran done = lvsctl(net, folder, command);
  INFO(done.output);
  CHECK(done.exit == 0);
  CHECK(lvsd.exit_code(5s) == 0);
  CHECK(lvsd.logged(": moved"));
  if (clears)
    CHECK(ipvs_table(net.director().net) == theirs);
  else
    CHECK(net.director().output_of({"ipvsadm", "-Sn"}) == before);
}

TEST_CASE("a second lvsd in the namespace is refused and told who is there") {
  TestNet net(1);
  const ServiceOptions options{.servers = 1};
  DaemonFolder folder;
  folder.write_config(service_config(options));
  Daemon first(net.director(), folder);
  first.wait_ready();
  DaemonFolder elsewhere;
  elsewhere.write_config(service_config(options));
  Daemon second(net.director(), elsewhere);
  CHECK(second.exit_code(5s) == 5);
  CHECK(second.logged("another lvsd runs in this network namespace, process " +
                      std::to_string(first.pid())));
  CHECK(first.running());
}

TEST_CASE("a bad file or a missing capability stops the start with a code of its own") {
  TestNet net(1);
  DaemonFolder folder;
  SECTION("bad file") {
    folder.write_config("virtual_server 10.0.0.100 80 {\n  weigth 1\n}\n");
    Daemon lvsd(net.director(), folder);
    CHECK(lvsd.exit_code(5s) == 5);
    CHECK(lvsd.logged("lvsd.conf:2:3"));
  }
  SECTION("no file") {
    Daemon lvsd(net.director(), folder);
    CHECK(lvsd.exit_code(5s) == 5);
    CHECK(lvsd.logged("No such file or directory"));
  }
  SECTION("no capability") {
    folder.write_config(service_config({.servers = 1}));
    Command command{"setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"};
    for (const std::string& word : lvsd_command(folder))
      command.push_back(word);
    Process lvsd(net.director().net, command);
    CHECK(lvsd.exit_code(5s) == 7);
    CHECK(lvsd.output().find("CAP_NET_ADMIN") != std::string::npos);
  }
}

TEST_CASE("a service deleted from the file while lvsd was down leaves at the next start") {
  const ServiceOptions options;
  const std::string second =
      "virtual_server 10.0.0.101 80 {\n  lvs_sched wrr\n  lvs_method DR\n  protocol TCP\n"
      "  real_server 10.0.1.2 80 {\n    weight 7\n  }\n}\n";
  TestNet net(2);
  add_ipvs_rules(net.director().net, "-A -f 7 -s lc\n");
  DaemonFolder folder;
  folder.write_config(service_config(options) + second);
  {
    Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    lvsd.send(SIGKILL);
    lvsd.exit_code(5s);
  }
  REQUIRE(ipvs_table(net.director().net).find("tcp 10.0.0.101:80") != std::string::npos);
  folder.write_config(service_config(options));

  SECTION("the state file says that it was ours") {
    Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    CHECK(ipvs_table(net.director().net) == "fwmark 7 lc\n" + service_table(options, {1, 1}));
  }
  SECTION("without a believable state file it is left alone and that is said once") {
    std::filesystem::resize_file(folder.state() / "state.json", 40);
    Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    CHECK(lvsd.logged("state.json: damaged: starting without it"));
    CHECK(ipvs_table(net.director().net).find("tcp 10.0.0.101:80") != std::string::npos);
  }
  SECTION("without a state file it is left alone and that is said once") {
    std::filesystem::remove(folder.state() / "state.json");
    Daemon lvsd(net.director(), folder);
    lvsd.wait_ready();
    CHECK(lvsd.logged("state.json: there is none, and the kernel has 3 services"));
    CHECK(ipvs_table(net.director().net).find("tcp 10.0.0.101:80") != std::string::npos);
  }
}

TEST_CASE("a state file that cannot be written changes nothing for the traffic") {
  const ServiceOptions options;
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config(options));
  std::filesystem::create_directories(folder.state() / "state.json.new");
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(lvsd.logged("saving the state file"));
  CHECK(ipvs_table(net.director().net) == service_table(options, {1, 1}));
}
