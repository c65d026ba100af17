#include <catch2/catch.hpp>
#include <sstream>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/ipvsadm_rules.h"

// Everything a file can ask of IPVS, as ipvsadm shows what became of it.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

Host lone_host() {
  Host host{"director", {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  return host;
}

std::string rules(const Host& host) {
  return sorted(ipvs_rules(host.net));
}

// The rules that lvsd makes of a file.
std::string rules_of(const std::string& config) {
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(config);
  Daemon lvsd(host, folder);
  lvsd.wait_ready();
  UNSCOPED_INFO(lvsd.log());
  return rules(host);
}

std::string service(const std::string& where, const std::string& lines,
                    const std::string& server = "10.0.0.2 80 {\n    weight 1\n  }") {
  return "virtual_server " + where + " {\n  protocol TCP\n" + lines + "  real_server " + server +
         "\n}\n";
}

}  // namespace

TEST_CASE("every scheduler and each of its flags reaches the kernel") {
  struct Row {
    const char* words;
    const char* rule;
  };
  const Row rows[] = {{"rr", "rr"},
                      {"wrr", "wrr"},
                      {"lc", "lc"},
                      {"wlc", "wlc"},
                      {"lblc", "lblc"},
                      {"lblcr", "lblcr"},
                      {"dh", "dh"},
                      {"sed", "sed"},
                      {"nq", "nq"},
                      {"fo", "fo"},
                      {"ovf", "ovf"},
                      {"sh", "sh"},
                      {"sh\n  sh-port", "sh -b sh-port"},
                      {"sh\n  sh-fallback\n  sh-port", "sh -b sh-fallback,sh-port"},
                      {"mh", "mh"},
                      {"mh\n  mh-fallback", "mh -b mh-fallback"},
                      {"mh\n  mh-port\n  mh-fallback\n  hashed", "mh -b mh-fallback,mh-port"},
                      {"wrr\n  flag-1\n  flag-3", "wrr -b flag-1,flag-3"},
                      {"rr\n  flag-2", "rr -b flag-2"}};
  std::string config;
  std::string expected;
  int port = 80;
  for (const Row& row : rows) {
    const std::string where = "10.0.0.1:" + std::to_string(port);
    config += service("10.0.0.1 " + std::to_string(port),
                      "  lvs_method DR\n  lvs_sched " + std::string(row.words) + "\n",
                      "10.0.0.2 " + std::to_string(port) + " {\n    weight 1\n  }");
    expected += "-A -t " + where + " -s " + row.rule + "\n-a -t " + where +
                " -r 10.0.0.2:" + std::to_string(port) + " -g -w 1\n";
    ++port;
  }
  CHECK(rules_of(config) == sorted(expected));
}

TEST_CASE("a scheduler that this kernel has not is named with its service and the rest goes on") {
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(service("10.0.0.1 80", "  lvs_sched twos\n  lvs_method DR\n") +
                      service("10.0.0.1 81", "  lvs_sched rr\n  lvs_method DR\n",
                              "10.0.0.2 81 {\n    weight 1\n  }"));
  Daemon lvsd(host, folder);
  const bool has_it =
      eventually(10s, [&] { return rules(host).find("-s twos") != std::string::npos; });
  if (has_it) {
    WARN("this kernel has twos");
    return;
  }
  CHECK(lvsd.logged("add tcp 10.0.0.1:80 twos"));
  CHECK(lvsd.logged("ip_vs_twos"));
  CHECK(rules(host) ==
        sorted("-A -t 10.0.0.1:81 -s rr\n-a -t 10.0.0.1:81 -r 10.0.0.2:81 -g -w 1\n"));
  CHECK(ask(folder.socket(), "GET /readyz").status == 503);
  // It is tried again, and a reload without it is at peace.
  lvsd.reload(service("10.0.0.1 80", "  lvs_sched wrr\n  lvs_method DR\n"));
  CHECK(eventually(8s, [&] { return ask(folder.socket(), "GET /readyz").status == 200; }));
  CHECK(rules(host) ==
        sorted("-A -t 10.0.0.1:80 -s wrr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1\n"));
}

TEST_CASE("protocols and marks and both families reach the kernel") {
  const std::string server = "10.0.0.2 53 {\n    weight 1\n  }";
  const std::string config =
      "virtual_server 10.0.0.1 53 {\n  protocol UDP\n  ops\n  lvs_sched rr\n  lvs_method NAT\n"
      "  real_server " +
      server +
      "\n}\n"
      "virtual_server 10.0.0.1 53 {\n  protocol SCTP\n  lvs_sched rr\n  lvs_method NAT\n"
      "  real_server " +
      server +
      "\n}\n"
      "virtual_server 2001:db8::1 53 {\n  protocol TCP\n  lvs_sched rr\n  lvs_method NAT\n"
      "  real_server 2001:db8::2 53 {\n    weight 3\n  }\n}\n"
      "virtual_server fwmark 7 {\n  lvs_sched rr\n  lvs_method DR\n"
      "  real_server 10.0.0.2 {\n    weight 1\n  }\n}\n"
      "virtual_server fwmark 7 {\n  ip_family inet6\n  lvs_sched rr\n  lvs_method DR\n"
      "  real_server 2001:db8::2 {\n    weight 1\n  }\n}\n";
  CHECK(rules_of(config) == sorted("-A -u 10.0.0.1:53 -s rr -o\n"
                                   "-a -u 10.0.0.1:53 -r 10.0.0.2:53 -m -w 1\n"
                                   "-A --sctp-service 10.0.0.1:53 -s rr\n"
                                   "-a --sctp-service 10.0.0.1:53 -r 10.0.0.2:53 -m -w 1\n"
                                   "-A -t [2001:db8::1]:53 -s rr\n"
                                   "-a -t [2001:db8::1]:53 -r [2001:db8::2]:53 -m -w 3\n"
                                   "-A -f 7 -s rr\n"
                                   "-a -f 7 -r 10.0.0.2:0 -g -w 1\n"
                                   "-A -f 7 -6 -s rr\n"
                                   "-a -f 7 -6 -r [2001:db8::2]:0 -g -w 1\n"));
}

TEST_CASE("persistence with its netmask and engine reaches the kernel and changes in place") {
  const std::string udp =
      "virtual_server 10.0.0.1 5060 {\n  protocol UDP\n  lvs_sched rr\n"
      "  lvs_method NAT\n  persistence_timeout 60\n";
  const std::string server = "  real_server 10.0.0.2 5060 {\n    weight 1\n  }\n}\n";
  const std::string granular =
      service("10.0.0.1 80",
              "  lvs_sched rr\n  lvs_method DR\n  persistence_timeout 300\n"
              "  persistence_granularity 255.255.255.0\n") +
      service("2001:db8::1 80",
              "  lvs_sched rr\n  lvs_method DR\n  persistence_timeout\n"
              "  persistence_granularity 64\n",
              "2001:db8::2 80 {\n    weight 1\n  }");
  const std::string granular_rules =
      "-A -t 10.0.0.1:80 -s rr -p 300 -M 255.255.255.0\n"
      "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1\n"
      "-A -t [2001:db8::1]:80 -s rr -p 360 -M 64\n"
      "-a -t [2001:db8::1]:80 -r [2001:db8::2]:80 -g -w 1\n";
  const auto all = [&](const std::string& options) {
    return sorted(granular_rules + "-A -u 10.0.0.1:5060 -s rr -p 60" + options +
                  "\n-a -u 10.0.0.1:5060 -r 10.0.0.2:5060 -m -w 1\n");
  };

  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(granular + udp + "  persistence_engine sip\n" + server);
  Daemon lvsd(host, folder, {"-v"});
  lvsd.wait_ready();
  CHECK(rules(host) == all(" --pe sip"));
  lvsd.reload(granular + udp + server);
  CHECK(eventually(5s, [&] { return rules(host) == all(""); }));
  CHECK(lvsd.logged("Kernel: set udp 10.0.0.1:5060"));
  CHECK_FALSE(lvsd.logged("Kernel: remove"));
}

TEST_CASE("every way of forwarding and its options and thresholds reach the kernel") {
  const auto server = [](const std::string& number, const std::string& lines) {
    return "10.0.0." + number + " 80 {\n    weight " + number + "\n" + lines + "  }\n";
  };
  const std::string config =
      "virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_sched wlc\n  lvs_method TUN\n"
      "  real_server " +
      server("2", "    lvs_method NAT\n    uthreshold 100\n    lthreshold 75\n") +
      "  real_server " + server("3", "    lvs_method DR\n    uthreshold 9\n") + "  real_server " +
      server("4", "") + "  real_server " +
      server("5", "    lvs_method TUN type gue port 5555 remcsum\n") + "  real_server " +
      server("6", "    lvs_method TUN type gue port 5556 csum\n") + "  real_server " +
      server("7", "    lvs_method TUN type gre csum\n") + "  real_server " +
      server("8", "    lvs_method TUN type gre\n") + "}\n";
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(config);
  Daemon lvsd(host, folder);
  lvsd.wait_ready();
  const std::string to = "-a -t 10.0.0.1:80 -r 10.0.0.";
  CHECK(rules(host) == sorted("-A -t 10.0.0.1:80 -s wlc\n" + to + "2:80 -m -w 2\n" + to +
                              "3:80 -g -w 3\n" + to + "4:80 -i -w 4 --tun-type ipip\n" + to +
                              "5:80 -i -w 5 --tun-type gue --tun-port 5555 --tun-remcsum\n" + to +
                              "6:80 -i -w 6 --tun-type gue --tun-port 5556 --tun-csum\n" + to +
                              "7:80 -i -w 7 --tun-type gre --tun-csum\n" + to +
                              "8:80 -i -w 8 --tun-type gre --tun-nocsum\n"));
  const std::string limits = host.output_of({"ipvsadm", "--list", "--numeric", "--thresholds"});
  std::string shown;
  std::istringstream in(limits);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string arrow, address, upper, lower;
    if (words >> arrow >> address >> upper >> lower && arrow == "->" && address[0] == '1' &&
        upper != "0")
      shown += address + " " + upper + " " + lower + "\n";
  }
  CHECK(sorted(shown) == "10.0.0.2:80 100 75\n10.0.0.3:80 9 0\n");
}

TEST_CASE("servers of the other family are reached by tunnels both ways") {
  const std::string config =
      service(
          "10.0.0.1 80", "  lvs_sched rr\n  lvs_method TUN\n",
          "2001:db8::2 80 {\n    weight 1\n  }\n  real_server 10.0.0.2 80 {\n    weight 2\n  }") +
      service("2001:db8::1 80", "  lvs_sched rr\n  lvs_method TUN\n",
              "10.0.0.2 80 {\n    weight 1\n  }");
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(config);
  Daemon lvsd(host, folder);
  lvsd.wait_ready();
  const auto expected = [](int weight) {
    return sorted(
        "-A -t 10.0.0.1:80 -s rr\n"
        "-a -t 10.0.0.1:80 -r [2001:db8::2]:80 -i -w " +
        std::to_string(weight) +
        " --tun-type ipip\n"
        "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i -w 2 --tun-type ipip\n"
        "-A -t [2001:db8::1]:80 -s rr\n"
        "-a -t [2001:db8::1]:80 -r 10.0.0.2:80 -i -w 1 --tun-type ipip\n");
  };
  CHECK(rules(host) == expected(1));
  // Changed and removed by the family it has, and not by the service's.
  std::string heavier = config;
  heavier.replace(heavier.find("weight 1"), 8, "weight 6");
  lvsd.reload(heavier);
  CHECK(eventually(5s, [&] { return rules(host) == expected(6); }));
  lvsd.reload(service("2001:db8::1 80", "  lvs_sched rr\n  lvs_method TUN\n",
                      "2001:db8::3 80 {\n    weight 1\n  }"));
  CHECK(eventually(5s, [&] {
    return rules(host) == sorted(
                              "-A -t [2001:db8::1]:80 -s rr\n-a -t [2001:db8::1]:80 -r "
                              "[2001:db8::3]:80 -i -w 1 --tun-type ipip\n");
  }));
}

TEST_CASE("entries of a group come and go on reload and the others are not touched") {
  const auto config = [](const std::string& entries) {
    return "virtual_server_group front {\n" + entries +
           "}\nvirtual_server group front {\n  protocol TCP\n  lvs_sched rr\n  lvs_method DR\n"
           "  real_server 10.0.1.1 80 {\n    weight 4\n  }\n}\n";
  };
  const Host host = lone_host();
  DaemonFolder folder;
  folder.write_config(config("  10.0.0.1 80\n  10.0.0.8-10 80\n  fwmark 5\n"));
  Daemon lvsd(host, folder, {"-v"});
  lvsd.wait_ready();
  const auto table = [](const std::vector<std::string>& keys) {
    std::string out;
    for (const std::string& key : keys)
      out += "-A " + key + " -s rr\n-a " + key +
             " -r 10.0.1.1:" + (key.starts_with("-f") ? "0" : "80") + " -g -w 4\n";
    return sorted(out);
  };
  CHECK(rules(host) ==
        table({"-t 10.0.0.1:80", "-t 10.0.0.8:80", "-t 10.0.0.9:80", "-t 10.0.0.10:80", "-f 5"}));
  lvsd.reload(config("  10.0.0.1 80\n  10.0.0.9-11 80\n  fwmark 6\n"));
  CHECK(eventually(5s, [&] {
    return rules(host) == table({"-t 10.0.0.1:80", "-t 10.0.0.9:80", "-t 10.0.0.10:80",
                                 "-t 10.0.0.11:80", "-f 6"});
  }));
  // What stayed was written once, at the start.
  for (const char* kept : {"10.0.0.1:80", "10.0.0.9:80", "10.0.0.10:80"}) {
    const std::string log = lvsd.log();
    const std::string added = std::string("Kernel: add tcp ") + kept + " rr";
    CHECK(log.find(added) != log.npos);
    CHECK(log.find(added, log.find(added) + 1) == log.npos);
    CHECK(log.find(std::string("Kernel: set tcp ") + kept) == log.npos);
  }
}
