#include <catch2/catch.hpp>
#include <deque>
#include <regex>

#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsctl.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// The kernel's own table through lvsctl, beside what ipvsadm makes of it.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// Of everything a table may hold, in addresses that are far apart: ipvsadm's order goes by signed
// differences.
constexpr const char* rich_rules =
    "-A -t 10.0.0.101:80 -s wrr -p 300 -M 255.255.255.0\n"
    "-a -t 10.0.0.101:80 -r 10.0.1.2:80 -m -w 0 -x 2000 -y 1500\n"
    "-a -t 10.0.0.101:80 -r 10.0.1.1:8080 -m -w 65535\n"
    "-A -t 203.0.113.10:443 -s sh -b sh-fallback,sh-port\n"
    "-a -t 203.0.113.10:443 -r 192.0.2.200:443 -g -w 10\n"
    "-a -t 203.0.113.10:443 -r 10.0.1.1:443 -g -w 1\n"
    "-a -t 203.0.113.10:443 -r 192.0.2.100:443 -g -w 1\n"
    "-A -t 203.0.113.9:443 -s mh -b mh-fallback -p 60\n"
    "-A -t 192.0.2.1:21 -s lc -b flag-1,flag-3\n"
    "-A -t 192.168.0.1:1 -s fo\n"
    "-A -u 203.0.113.53:53 -s rr -o\n"
    "-a -u 203.0.113.53:53 -r 10.0.1.1:53 -m -w 1\n"
    "-A --sctp-service 203.0.113.54:5000 -s wlc\n"
    "-A -t [2001:db8::103]:25 -s wlc -p 360 -M 64\n"
    "-a -t [2001:db8::103]:25 -r [2001:db8:1::2]:25 -m -w 3\n"
    "-a -t [2001:db8::103]:25 -r [fd00:1234:5678:9abc:def0:1234:5678:9abc]:25 -g -w 1\n"
    "-A -t [fd00::1]:80 -s rr\n"
    "-A -f 10 -s dh\n"
    "-a -f 10 -r 10.0.1.1:0 -i -w 1 --tun-type ipip\n"
    "-a -f 10 -r 10.0.1.2:0 -i -w 2 --tun-type gue --tun-port 6080 --tun-nocsum\n"
    "-a -f 10 -r 10.0.1.3:0 -i -w 2 --tun-type gue --tun-port 6081 --tun-remcsum\n"
    "-a -f 10 -r 10.0.1.4:0 -i -w 2 --tun-type gre --tun-csum\n"
    "-A -f 10 -6 -s sed\n"
    "-a -f 10 -6 -r [2001:db8:1::1]:0 -g -w 1\n"
    "-A -f 4000000000 -s nq\n";

std::string ipvsadm(const Host& host, const Command& arguments) {
  Command command{"ipvsadm"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return host.output_of(command);
}

// Of connections; a second may pass between two readings.
std::string without_expiry(const std::string& text) {
  return std::regex_replace(text, std::regex(" [0-9]{2}:[0-9]{2} "), " MM:SS ");
}

}  // namespace

TEST_CASE("lvsctl ipvs prints what ipvsadm prints byte for byte") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config({.more = "persistence_timeout 50"}) +
                      service_config({.family = Family::v6}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  add_ipvs_rules(net.director().net, rich_rules);
  std::deque<Connection> open;
  for (int i = 0; i < 5; ++i) {
    open.emplace_back(net.client().net, Endpoint{vip(Family::v4), 80}).ask();
    open.emplace_back(net.client().net, Endpoint{vip(Family::v6), 80}).ask();
  }
  ipvsadm(net.director(), {"--start-daemon", "master", "--mcast-interface", "lo", "--syncid", "5"});
  ipvsadm(net.director(), {"--set", "901", "121", "301"});

  for (const Command& options : std::deque<Command>{{"-Ln"},
                                                    {"-Ln", "--stats"},
                                                    {"-Ln", "--stats", "--exact"},
                                                    {"-Ln", "--rate"},
                                                    {"-Ln", "--thresholds"},
                                                    {"-Ln", "--persistent-conn"},
                                                    {"-Lnc"},
                                                    {"-Lnc", "--persistent-conn"},
                                                    {"-L", "--timeout"},
                                                    {"-Ln", "--daemon"}}) {
    Command ours{"ipvs"};
    ours.insert(ours.end(), options.begin(), options.end());
    std::string expected;
    std::string actual;
    // What is counted moves between two readings.
    const bool same = eventually(10s, [&] {
      expected = without_expiry(ipvsadm(net.director(), options));
      actual = without_expiry(lvsctl(net, folder, ours).output);
      return actual == expected;
    });
    CHECK(same);
    CHECK(actual == expected);
    CHECK(expected.size() > 20);
  }
}

TEST_CASE("what lvsctl exports makes the same table again") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  add_ipvs_rules(net.director().net, rich_rules);
  const Ran exported = lvsctl(net, folder, {"export", "ipvsadm"});
  REQUIRE(exported.exit == 0);
  add_ipvs_rules(net.client().net, exported.output);
  CHECK(ipvs_rules(net.client().net) == ipvs_rules(net.director().net));
  for (const char* layout : {"--thresholds", "--persistent-conn"})
    CHECK(ipvsadm(net.client(), {"-Ln", layout}) == ipvsadm(net.director(), {"-Ln", layout}));
}

TEST_CASE("drift is shown at once and repaired at once when asked") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 600\n}\n" + service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  const std::string wanted = ipvs_table(net.director().net);
  CHECK(lvsctl(net, folder, {"drift"}).exit == 0);
  add_ipvs_rules(net.director().net,
                 "-e -t 10.0.0.100:80 -r 10.0.1.1:80 -m -w 7\n-d -t 10.0.0.100:80 -r 10.0.1.2:80\n"
                 "-A -t 10.0.0.99:80 -s rr\n");
  const Ran drift = lvsctl(net, folder, {"drift"});
  INFO(drift.output);
  CHECK(drift.exit == 1);
  for (const char* words : {"NAT weight 7", "missing", "tcp:10.0.0.99:80", "not ours"})
    CHECK(drift.output.find(words) != std::string::npos);
  const Ran fixed = lvsctl(net, folder, {"drift", "fix"});
  INFO(fixed.output);
  CHECK(fixed.exit == 0);
  CHECK(ipvs_table(net.director().net) == wanted + "tcp 10.0.0.99:80 rr\n");
}

TEST_CASE("stats and counts of connections say what traffic there was") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(service_config({}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  std::deque<Connection> open;
  for (int i = 0; i < 6; ++i)
    open.emplace_back(net.client().net, Endpoint{vip(Family::v4), 80}).ask();
  const Ran counts = lvsctl(net, folder, {"connections", "--count-by", "state,server"});
  INFO(counts.output);
  CHECK(counts.output ==
        "STATE        10.0.1.1:80  10.0.1.2:80\nESTABLISHED            3            3\n");
  CHECK(lvsctl(net, folder, {"connections", "--top", "clients"}).output ==
        "CLIENT    COUNT\n10.0.0.1      6\n");
  const Ran two = lvsctl(net, folder, {"connections", "--limit", "2"});
  INFO(two.output);
  CHECK(two.output.find("the first 2, there are more") != std::string::npos);
  // The kernel's estimator brings counters up to date every two seconds.
  CHECK(eventually(8s, [&] {
    const std::string stats = lvsctl(net, folder, {"stats", "--exact", "--no-header"}).output;
    return stats.starts_with("tcp:10.0.0.100:80  6 ");
  }));
  const Ran persistent = lvsctl(net, folder, {"stats", "--persistent", "--no-header"});
  INFO(persistent.output);
  CHECK(persistent.output ==
        "tcp:10.0.0.100:80  -  0  6  0\n  10.0.1.1:80      1  0  3  0\n  10.0.1.2:80      1  0  3  "
        "0\n");
}
