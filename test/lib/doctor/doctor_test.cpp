#include "doctor/doctor.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "test/text/config.h"
#include "test/text/facts.h"

using namespace lvsd;
using namespace lvsd::doctor;

namespace {

// One virtual server "web" with one real server.
Config service(const std::string& method, const std::string& words = "",
               const std::string& server = "", const std::string& protocol = "TCP",
               const std::string& global = "") {
  return test::config("global_defs {\n" + global + "}\nvirtual_server 10.0.0.100 80 {\n" +
                      " name web\n lb_algo rr\n lb_kind " + method + "\n protocol " + protocol +
                      "\n " + words + "\n real_server 10.0.1.1 80 {\n" + server + "\n}\n}\n");
}

// What a rule says, each as "FAIL text | fix".
template <class Case>
std::string said(std::string_view id, const Case& what) {
  std::string out;
  for (const Diagnosis& one : diagnoses(what)) {
    if (one.rule->id != id) continue;
    out += std::string(text(one.finding.severity)) + " " + one.finding.text;
    for (const std::string& fix : one.finding.fix)
      out += " | " + fix;
    out += "\n";
  }
  return out;
}

std::string said(std::string_view id, const Config& config, std::string_view facts) {
  return said(id, Case{config, test::facts(facts)});
}

std::string said_there(std::string_view id, std::string_view facts,
                       Forwarding forwarding = Forwarding::direct,
                       std::string_view vip = "10.0.0.100") {
  return said(id, RealServerCase{*parse_address(vip), forwarding, test::facts(facts)});
}

}  // namespace

TEST_CASE("a kernel without IPVS or without a scheduler is told from one that has both") {
  const Config web = service("NAT");
  CHECK(said("LVD001", web, "kernel 6.1.0\nipvs 1.2.1 4096") ==
        "ok IPVS 1.2.1 is there, and every module needed\n");
  CHECK(said("LVD001", web, "kernel 6.1.0") ==
        "FAIL IPVS is not in the kernel: there is no /proc/net/ip_vs | modprobe ip_vs\n");
  CHECK_THAT(said("LVD001", web, "kernel 6.1.0\nipvs 1.2.1 4096\nmissing ip_vs_rr"),
             Catch::StartsWith("FAIL Linux 6.1.0 has no module ip_vs_rr: the kernel refuses web"));
  const std::string none = said("LVD001", web, "kernel 6.1.0-cloud\nmissing ip_vs");
  CHECK_THAT(none, Catch::StartsWith("FAIL Linux 6.1.0-cloud has no module ip_vs |"));
  CHECK_THAT(none, !Catch::Contains("modprobe"));
  CHECK(questions(web).modules == std::vector<std::string>{"ip_vs", "ip_vs_rr"});
}

TEST_CASE("an lvsd that is silent or powerless is a failure") {
  const Config web = service("NAT");
  CHECK_THAT(said("LVD002", web, "silent it is not there"),
             Catch::StartsWith("FAIL lvsd does not answer: it is not there | "));
  CHECK(said("LVD002", web, "lvsd 0.3.1 812 capable") ==
        "ok lvsd 0.3.1, process 812 answers, and may change the network\n");
  CHECK(said("LVD002", web, "lvsd 0.3.1 812") == "ok lvsd 0.3.1, process 812 answers\n");
  CHECK_THAT(said("LVD002", web, "lvsd 0.3.1 812 powerless"), Catch::StartsWith("FAIL "));
}

TEST_CASE("other programs and other places are told of") {
  const Config web = service("NAT");
  CHECK(said("LVD003", web, "kernel 6.1.0") == "");
  CHECK_THAT(said("LVD003", web, "rival keepalived (7)\nrival kube-proxy (9)"),
             Catch::StartsWith("warn keepalived (7) and kube-proxy (9) may write"));
  CHECK(said("LVD004", web, "lvsd 0.3.1 812 here") == "");
  CHECK_THAT(said("LVD004", web, "lvsd 0.3.1 812 elsewhere"),
             Catch::Contains("nsenter -t 812 -n lvsctl doctor"));
  CHECK(said("LVD041", web, "lvsd 0.3.1 812") ==
        "ok the kernel has what lvsd wants, and nothing else\n");
  CHECK_THAT(said("LVD041", web, "lvsd 0.3.1 812 drift 2 foreign 1"),
             Catch::StartsWith("warn 2 entries of lvsd's") &&
                 Catch::Contains("\ninfo 1 services in the kernel are not lvsd's"));
  Case sick{web, test::facts("lvsd 0.3.1 812")};
  sick.facts.lvsd->trouble = "2 services are not in the kernel as wanted";
  CHECK(said("LVD041", sick) ==
        "FAIL lvsd says: 2 services are not in the kernel as wanted | lvsctl status\n");
}

TEST_CASE("a configuration that does not load or is not in force is told of") {
  const Config web = service("NAT");
  CHECK(said("LVD005", web, "lvsd 0.3.1 812 unchanged") ==
        "ok the configuration loads: 1 virtual servers\n");
  CHECK_THAT(said("LVD005", web, "lvsd 0.3.1 812 changed"), Catch::StartsWith("warn "));
  CHECK(said("LVD005", {}, "trouble x.conf does not load: x.conf:1:1: unknown keyword") ==
        "FAIL x.conf does not load: x.conf:1:1: unknown keyword | lvsctl config check\n");
}

TEST_CASE("forwarding matters to NAT alone") {
  const std::string off = "sysctl net.ipv4.ip_forward 0";
  CHECK(said("LVD010", service("NAT"), off) ==
        "FAIL net.ipv4.ip_forward is 0: replies of the servers of web (NAT) do not come back to "
        "clients | sysctl -w net.ipv4.ip_forward=1, and the same in /etc/sysctl.d/lvsd.conf\n");
  CHECK(said("LVD010", service("NAT"), "sysctl net.ipv4.ip_forward 1") ==
        "ok net.ipv4.ip_forward = 1 (NAT: web)\n");
  CHECK(said("LVD010", service("DR"), off) == "");
  CHECK(said("LVD010", service("TUN"), off) == "");
  // IPv4 forwarding says nothing of IPv6.
  CHECK(said("LVD010", service("NAT"), "sysctl net.ipv6.conf.all.forwarding 0") == "");
  // What could not be read is not 0.
  CHECK(said("LVD010", service("NAT"), "") == "");
}

TEST_CASE("redirects matter where clients and servers are on one wire") {
  const std::string one_arm = "interface eth0 up wire mtu 1500 10.0.0.100/24\nway 10.0.1.1 eth0\n";
  CHECK_THAT(said("LVD011", service("NAT"),
                  one_arm + "sysctl net.ipv4.conf.all.send_redirects 0\n"
                            "sysctl net.ipv4.conf.eth0.send_redirects 1"),
             Catch::StartsWith("warn clients and servers of web are both on eth0"));
  CHECK(said("LVD011", service("NAT"),
             one_arm + "sysctl net.ipv4.conf.all.send_redirects 0\n"
                       "sysctl net.ipv4.conf.eth0.send_redirects 0") == "");
  CHECK(said("LVD011", service("DR"), one_arm + "sysctl net.ipv4.conf.all.send_redirects 1") == "");
  CHECK(said("LVD011", service("NAT"),
             "interface eth0 up wire 10.0.0.100/24\nway 10.0.1.1 eth1\n"
             "sysctl net.ipv4.conf.all.send_redirects 1") == "");
}

TEST_CASE("a VIP that is nobody's is named with where it belongs") {
  CHECK(said("LVD012", service("NAT"), "local 10.0.0.100") == "ok 1 VIP is held by this host\n");
  const std::string missing =
      said("LVD012", service("NAT"),
           "interface lo up quiet 127.0.0.1/8\ninterface eth1 up wire 10.0.1.254/24\n"
           "interface eth0 up wire 10.0.0.254/24");
  CHECK_THAT(missing, Catch::StartsWith("FAIL VIP 10.0.0.100 of web is no address of this host"));
  CHECK_THAT(missing, Catch::Contains("ip addr add 10.0.0.100/32 dev eth0\n"));
}

TEST_CASE("a VIP on a quiet interface needs others that answer for it") {
  const std::string place =
      "interface lo up quiet 10.0.0.100/32\ninterface eth0 up wire 10.0.0.254/24\n";
  CHECK(said("LVD015", service("NAT"), place + "sysctl net.ipv4.conf.all.arp_ignore 0") == "");
  CHECK_THAT(said("LVD015", service("NAT"), place + "sysctl net.ipv4.conf.all.arp_ignore 1"),
             Catch::StartsWith("warn VIP 10.0.0.100 of web is on lo, and arp_ignore keeps eth0"));
}

TEST_CASE("the doctor's zombie rule is the one that lvsd warns by") {
  const std::string slow =
      "sysctl net.ipv4.tcp_keepalive_time 7200\nsysctl net.ipv4.tcp_keepalive_intvl 75\n";
  CHECK_THAT(said("LVD020", service("NAT"), slow + "lvsd 0.3.1 812 tcp 900"),
             Catch::StartsWith("warn IPVS forgets TCP connections that are idle for 900 s") &&
                 Catch::Contains("lvsctl timeouts set tcp 7276"));
  // The kernel's own says more than the file's.
  CHECK_THAT(said("LVD020", service("NAT", "", "", "TCP", "lvs_timeouts tcp 60\n"),
                  slow + "lvsd 0.3.1 812 tcp 8000"),
             Catch::StartsWith("ok "));
  CHECK_THAT(said("LVD020", service("NAT", "", "", "TCP", "lvs_timeouts tcp 8000\n"), slow),
             Catch::StartsWith("ok "));
  CHECK_THAT(said("LVD020", service("NAT"), slow), Catch::StartsWith("warn "));
  CHECK(said("LVD020", service("NAT", "", "", "UDP"), slow) == "");
}

TEST_CASE("a port that is used again waits on old kernels with conntrack alone") {
  const std::string on = "sysctl net.ipv4.vs.conn_reuse_mode 1\nsysctl net.ipv4.vs.conntrack 1\n";
  CHECK_THAT(said("LVD021", service("NAT"), "kernel 5.4.0-42\n" + on),
             Catch::StartsWith("warn a client's port"));
  CHECK_THAT(said("LVD021", service("NAT"), "kernel 4.19.0\n" + on), Catch::StartsWith("warn "));
  CHECK(said("LVD021", service("NAT"), "kernel 5.9.0\n" + on) == "");
  CHECK(said("LVD021", service("NAT"), "kernel 5.10.0\n" + on) == "");
  CHECK(said("LVD021", service("NAT"), "kernel 6.1.0\n" + on) == "");
  CHECK(said("LVD021", service("NAT"), "kernel strange\n" + on) == "");
  CHECK(
      said("LVD021", service("NAT"),
           "kernel 5.4.0\nsysctl net.ipv4.vs.conn_reuse_mode 1\nsysctl net.ipv4.vs.conntrack 0") ==
      "");
}

TEST_CASE("who needs connections to end is told when they do not") {
  const std::string off = "sysctl net.ipv4.vs.expire_nodest_conn 0";
  const std::string backup = "backup_server 10.0.1.2 80";
  CHECK(said("LVD022", service("NAT"), off) == "");
  CHECK_THAT(said("LVD022", service("NAT", "", "", "UDP"), off),
             Catch::StartsWith("warn net.ipv4.vs.expire_nodest_conn is 0: clients of web"));
  CHECK_THAT(said("LVD022", service("NAT", "", backup), off),
             Catch::StartsWith("FAIL net.ipv4.vs.expire_nodest_conn is 0, but connections end"));
  CHECK_THAT(said("LVD022", service("NAT"), "sysctl net.ipv4.vs.expire_nodest_conn 1"),
             Catch::StartsWith("ok "));
}

TEST_CASE("who persists is told when drains do not move him") {
  const std::string off = "sysctl net.ipv4.vs.expire_quiescent_template 0";
  CHECK(said("LVD023", service("NAT"), off) == "");
  CHECK_THAT(said("LVD023", service("NAT", "persistence_timeout 60"), off),
             Catch::StartsWith("info "));
  CHECK_THAT(said("LVD023", service("NAT", "persistence_timeout 60", "graceful_shutdown"), off),
             Catch::StartsWith("warn "));
}

TEST_CASE("tracking that forgets first or is full is told of") {
  const std::string tracked = "sysctl net.ipv4.vs.conntrack 1\n";
  const std::string forgets = "sysctl net.netfilter.nf_conntrack_tcp_timeout_established 600\n";
  CHECK_THAT(said("LVD025", service("NAT"), tracked + forgets),
             Catch::StartsWith("warn connection tracking forgets after 600 s"));
  CHECK(said("LVD025", service("NAT"), forgets) == "");
  CHECK_THAT(said("LVD025", service("NAT"),
                  "sysctl net.netfilter.nf_conntrack_max 1000\n"
                  "sysctl net.netfilter.nf_conntrack_count 800"),
             Catch::Contains("nearly full: 800 of 1000"));
  CHECK(said("LVD025", service("NAT"),
             "sysctl net.netfilter.nf_conntrack_max 1000\n"
             "sysctl net.netfilter.nf_conntrack_count 799") == "");
}

TEST_CASE("what the kernel does by itself is told of") {
  const Config web = service("NAT");
  CHECK_THAT(said("LVD028", web, "sysctl net.ipv4.vs.run_estimation 0"), Catch::Contains("warn"));
  CHECK(said("LVD028", web, "sysctl net.ipv4.vs.run_estimation 1") == "");
  CHECK(said("LVD029", web, "sysctl net.ipv4.vs.drop_entry 1") == "");
  CHECK_THAT(said("LVD029", web, "sysctl net.ipv4.vs.drop_entry 2"), Catch::Contains("at work"));
  CHECK_THAT(said("LVD029", web, "sysctl net.ipv4.vs.secure_tcp 3"), Catch::Contains("always on"));
  CHECK(said("LVD038", web, "ipvs 1.2.1 4096\nlvsd 1 2 connections 20000") == "");
  CHECK_THAT(said("LVD038", web, "ipvs 1.2.1 4096\nlvsd 1 2 connections 50000"),
             Catch::Contains("12 in each") && Catch::Contains("conn_tab_bits=16"));
  CHECK(said("LVD039", web, "clock yes") == "");
  CHECK_THAT(said("LVD039", web, "clock no"), Catch::StartsWith("info "));
}

TEST_CASE("tunnels and neighbours are told of where there is too little room") {
  const std::string narrow = "interface eth1 up wire mtu 1500 10.0.1.254/24\nway 10.0.1.1 eth1\n";
  CHECK_THAT(said("LVD030", service("TUN"), narrow), Catch::StartsWith("info "));
  CHECK_THAT(said("LVD030", service("TUN"), narrow + "sysctl net.ipv4.vs.pmtu_disc 0"),
             Catch::StartsWith("warn "));
  CHECK(said("LVD030", service("DR"), narrow) == "");
  CHECK(said("LVD030", service("TUN"),
             "interface eth1 up wire mtu 9000 10.0.1.254/24\nway 10.0.1.1 eth1") == "");
  CHECK(said("LVD033", service("NAT"),
             "way 10.0.1.1 eth1\nsysctl net.ipv4.neigh.default.gc_thresh3 1024") == "");
  CHECK_THAT(said("LVD033", service("NAT"),
                  "way 10.0.1.1 eth1\nsysctl net.ipv4.neigh.default.gc_thresh3 1"),
             Catch::StartsWith("FAIL 1 real servers, and room for 1 neighbours"));
}

TEST_CASE("DR points to the other side and mh to the other director") {
  CHECK_THAT(said("LVD050", service("DR"), ""),
             Catch::Contains("lvsctl doctor --realserver 10.0.0.100\n"));
  CHECK_THAT(said("LVD050", service("TUN"), ""), Catch::Contains("10.0.0.100 --tunnel\n"));
  CHECK(said("LVD050", service("NAT"), "") == "");
  CHECK_THAT(said("LVD031", service("NAT"), ""), Catch::Contains("reply through this host"));
  const Config hashed = service("DR", "lb_algo mh");
  CHECK_THAT(said("LVD024", hashed, "sysctl net.ipv4.vs.sloppy_tcp 0"), Catch::StartsWith("info"));
  CHECK(said("LVD024", hashed, "sysctl net.ipv4.vs.sloppy_tcp 1") == "");
  CHECK(said("LVD024", service("DR"), "sysctl net.ipv4.vs.sloppy_tcp 0") == "");
}

TEST_CASE("a real server holds the VIP where no wire is") {
  const std::string wire = "interface eth0 up wire 10.0.1.1/24\n";
  CHECK(said_there("LVD016", "interface lo up quiet 127.0.0.1/8 10.0.0.100/32\n" + wire) ==
        "ok VIP 10.0.0.100 is on lo\n");
  CHECK_THAT(said_there("LVD016", wire),
             Catch::StartsWith("FAIL VIP 10.0.0.100 is no address of this server") &&
                 Catch::Contains("| ip addr add 10.0.0.100/32 dev lo\n"));
  CHECK(said_there("LVD016", wire + "local 10.0.0.100") == "ok a local route catches 10.0.0.100\n");
  CHECK_THAT(said_there("LVD016", "interface eth0 up wire 10.0.1.1/24 10.0.0.100/32"),
             Catch::StartsWith("FAIL VIP 10.0.0.100 is on eth0"));
  CHECK_THAT(said_there("LVD016", "interface dummy0 down quiet 10.0.0.100/32"),
             Catch::Contains("which is down"));
  CHECK_THAT(said_there("LVD016", "interface lo up quiet 10.0.0.100/24"),
             Catch::StartsWith("warn VIP 10.0.0.100/24 on lo"));
  CHECK_THAT(said_there("LVD016", "", Forwarding::direct, "2001:db8::1"),
             Catch::Contains("ip addr add 2001:db8::1/128 dev lo"));
}

TEST_CASE("a real server that answers ARP for the VIP is a failure") {
  const std::string place =
      "interface lo up quiet 10.0.0.100/32\ninterface eth0 up wire\n"
      "interface eth1 down wire\n";
  const auto settings = [](const std::string& ignore, const std::string& announce) {
    return "sysctl net.ipv4.conf.all.arp_ignore 0\nsysctl net.ipv4.conf.all.arp_announce 0\n"
           "sysctl net.ipv4.conf.eth0.arp_ignore " +
           ignore + "\nsysctl net.ipv4.conf.eth0.arp_announce " + announce + "\n";
  };
  CHECK(said_there("LVD017", place + settings("1", "2")) == "ok ARP says nothing of the VIP\n");
  CHECK_THAT(said_there("LVD017", place + settings("0", "2")),
             Catch::StartsWith("FAIL arp_ignore is 0 on eth0:") &&
                 Catch::Contains("| sysctl -w net.ipv4.conf.all.arp_ignore=1"));
  CHECK_THAT(said_there("LVD017", place + settings("1", "1")),
             Catch::StartsWith("FAIL arp_announce is less than 2 on eth0"));
  // The kernel takes the greater of both.
  CHECK_THAT(said_there("LVD017", place + "sysctl net.ipv4.conf.all.arp_ignore 1\n"
                                          "sysctl net.ipv4.conf.eth0.arp_ignore 0\n"
                                          "sysctl net.ipv4.conf.all.arp_announce 2\n"),
             Catch::StartsWith("ok "));
  CHECK(said_there("LVD017", place + settings("0", "0"), Forwarding::direct, "2001:db8::1") == "");
}

TEST_CASE("a real server of a tunnel needs its device and no strict filter") {
  const auto there = [](const std::string& id, const std::string& facts) {
    return said_there(id, facts, Forwarding::tunnel);
  };
  CHECK_THAT(there("LVD019", ""), Catch::Contains("| modprobe ipip && ip link set tunl0 up"));
  CHECK_THAT(there("LVD019", "interface tunl0 down quiet"),
             Catch::StartsWith("FAIL tunl0 is down"));
  CHECK(there("LVD019", "interface tunl0 up quiet") == "ok tunl0 is up\n");
  CHECK_THAT(there("LVD018",
                   "sysctl net.ipv4.conf.all.rp_filter 1\n"
                   "sysctl net.ipv4.conf.tunl0.rp_filter 0"),
             Catch::StartsWith("FAIL rp_filter is 1 for tunl0"));
  CHECK_THAT(there("LVD018",
                   "sysctl net.ipv4.conf.all.rp_filter 1\n"
                   "sysctl net.ipv4.conf.tunl0.rp_filter 2"),
             Catch::StartsWith("ok "));
  CHECK(said_there("LVD018", "sysctl net.ipv4.conf.all.rp_filter 1") == "");
  CHECK(said_there("LVD019", "") == "");
}

TEST_CASE("every rule has a number of its own and is of one side") {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) {
    INFO(rule.id);
    CHECK(std::regex_match(std::string(rule.id), std::regex("LVD[0-9]{3}")));
    CHECK(ids.insert(rule.id).second);
    CHECK((rule.judge == nullptr) != (rule.judge_real_server == nullptr));
    CHECK_FALSE(rule.title.empty());
    CHECK(rule.why.ends_with('.'));
    CHECK_FALSE(rule.reads.empty());
  }
}

TEST_CASE("many names are said as a few") {
  std::string config;
  for (int i = 1; i <= 5; ++i)
    config += "virtual_server 10.0.0." + std::to_string(i) +
              " 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n real_server 10.0.1.1 80 {\n}\n}\n";
  CHECK_THAT(said("LVD010", test::config(config), "sysctl net.ipv4.ip_forward 1"),
             Catch::Contains("tcp:10.0.0.1:80, tcp:10.0.0.2:80, tcp:10.0.0.3:80 and 2 more"));
}

TEST_CASE("a VIP that somebody else answers for is told of where this host holds it") {
  const std::string answer = "answer 10.0.0.100 02:00:00:00:00:01 eth0\n";
  CHECK(said("LVD013", service("DR"), "local 10.0.0.100\n" + answer) ==
        "FAIL VIP 10.0.0.100 of web is answered for by 02:00:00:00:00:01 on eth0, too: clients "
        "reach it or this host | on the machine with that address, if it is a real server: lvsctl "
        "realserver 10.0.0.100; else: ip addr del 10.0.0.100/32 dev INTERFACE\n");
  CHECK(said("LVD013", service("DR"), answer) == "");  // a standby
  CHECK(said("LVD013", service("DR"), "local 10.0.0.100") == "");
  CHECK(questions(service("DR")).contested.size() == 1);
}

TEST_CASE("rp_filter matters where answers would leave by another interface") {
  const std::string wires =
      "interface eth0 up wire 10.0.0.100/24\ninterface eth1 up wire 10.0.1.254/24\n";
  const std::string strict = "sysctl net.ipv4.conf.all.rp_filter 1\n";
  CHECK(said("LVD014", service("DR"), wires + strict + "back 10.0.0.100 eth1") ==
        "warn rp_filter is 1 on eth0, and the way to clients of web is eth1: their packets are "
        "dropped here | sysctl -w net.ipv4.conf.eth0.rp_filter=2\n");
  CHECK(said("LVD014", service("DR"), wires + strict + "back 10.0.0.100 eth0") == "");
  CHECK(said("LVD014", service("DR"), wires + strict) == "");
  // The greater of both counts, and 2 is the loose one.
  CHECK(said("LVD014", service("DR"),
             wires + strict + "sysctl net.ipv4.conf.eth0.rp_filter 2\nback 10.0.0.100 eth1") == "");
}

TEST_CASE("rp_filter on a real server of DR is as bad as the packets that it dropped") {
  const std::string there =
      "interface lo up quiet 10.0.0.100/32\ninterface eth0 up wire 10.0.0.11/24\n"
      "interface eth1 up wire 10.0.1.1/24\nsysctl net.ipv4.conf.eth1.rp_filter 1\n";
  CHECK_THAT(said_there("LVD018", there + "back 10.0.0.100 eth0\ndrops 17"),
             Catch::StartsWith("warn rp_filter is 1 on eth1, and replies from the VIP leave by "
                               "eth0") &&
                 Catch::Contains("so far: 17) | sysctl -w net.ipv4.conf.eth1.rp_filter=2"));
  CHECK_THAT(said_there("LVD018", there + "back 10.0.0.100 eth0\ndrops 0"),
             Catch::StartsWith("info "));
  CHECK(said_there("LVD018", there + "back 10.0.0.100 eth1\ndrops 17") == "");
  CHECK(said_there("LVD018", there + "drops 17") == "");
}

TEST_CASE("source NAT and conntrack are to agree") {
  const std::string masquerading = "nft table ip nat {\nnft chain out {\nnft masquerade\nnft }\n";
  CHECK_THAT(said("LVD026", service("NAT"), masquerading + "sysctl net.ipv4.vs.conntrack 0"),
             Catch::StartsWith("info there is source NAT") &&
                 Catch::Contains("| sysctl -w net.ipv4.vs.conntrack=1"));
  CHECK(said("LVD026", service("NAT"), masquerading + "sysctl net.ipv4.vs.conntrack 1") == "");
  CHECK_THAT(said("LVD026", service("NAT"), "nft table ip x {\nsysctl net.ipv4.vs.conntrack 1"),
             Catch::Contains("| sysctl -w net.ipv4.vs.conntrack=0"));
  CHECK(said("LVD026", service("NAT"), "sysctl net.ipv4.vs.conntrack 1") == "");
}

TEST_CASE("a director that is its own real server is told of a standby that balances") {
  const std::string global = "lvs_sync_daemon eth1";
  const std::string both = "local 10.0.1.1\nsysctl net.ipv4.vs.backup_only 0";
  CHECK_THAT(said("LVD027", service("DR", "", "", "TCP", global), both),
             Catch::StartsWith("warn this director is a real server of web") &&
                 Catch::Contains("| sysctl -w net.ipv4.vs.backup_only=1"));
  CHECK(said("LVD027", service("DR"), both) == "");
  CHECK(said("LVD027", service("NAT", "", "", "TCP", global), both) == "");
  CHECK(said("LVD027", service("DR", "", "", "TCP", global),
             "local 10.0.1.1\nsysctl net.ipv4.vs.backup_only 1") == "");
}

TEST_CASE("a card that joins packets matters to DR and tunnels") {
  const std::string joining = "interface eth0 up wire mtu 1500 lro 10.0.0.1/24";
  CHECK(said("LVD032", service("DR"), joining) ==
        "warn eth0 joins packets (LRO): those that it made too large for the way to servers of web "
        "are lost | ethtool -K eth0 lro off\n");
  CHECK(said("LVD032", service("NAT"), joining) == "");
  CHECK(said("LVD032", service("TUN"), "interface eth0 up wire mtu 1500 10.0.0.1/24") == "");
}

TEST_CASE("a firewall that drops what no rule accepts keeps clients out") {
  const std::string dropping =
      "nft table inet filter {\nnft chain input {\n"
      "nft type filter hook input priority filter; policy drop;\n"
      "nft ct state established,related accept\nnft iif \"lo\" accept\n";
  CHECK(
      said("LVD040", service("DR"), dropping + "nft tcp dport 22 accept") ==
      "warn the firewall drops what comes in (inet filter input), and no rule lets clients of web "
      "in | iptables -I INPUT -p tcp -d 10.0.0.100 --dport 80 -j ACCEPT, or the same in its "
      "file\n");
  for (const char* accepting :
       {"tcp dport { 22, 80 } accept", "tcp dport 70-90 accept", "ip daddr 10.0.0.100 accept",
        "iifname eth0 accept", "tcp dport @public accept", "tcp dport != 22 accept"}) {
    INFO(accepting);
    CHECK(said("LVD040", service("DR"), dropping + "nft " + accepting) == "");
  }
  CHECK(said("LVD040", service("DR"), "nft table inet filter {\nnft chain input {") == "");
  CHECK(said("LVD040", service("DR"), "") == "");
}

TEST_CASE("a mark that no rule gives is told of") {
  const Config marked = test::config(
      "virtual_server fwmark 10 {\n name web\n lb_algo rr\n lb_kind DR\n real_server 10.0.1.1 0 "
      "{\n}\n}\n");
  const std::string chain = "nft table ip mangle {\nnft chain PREROUTING {\n";
  CHECK(said("LVD042", marked, chain + "nft tcp dport 80 meta mark set 0x0000000b") ==
        "warn no rule gives packets the mark 10: web gets none | iptables -t mangle -A PREROUTING "
        "-d VIP -p tcp --dport PORT -j MARK --set-mark 10\n");
  CHECK(said("LVD042", marked, chain + "nft tcp dport 80 meta mark set 0x0000000a") == "");
  CHECK(said("LVD042", marked, chain + "nft meta mark set ct mark") == "");
  CHECK(said("LVD042", marked, "") == "");
}

TEST_CASE("the rules of iptables are read as those of nft") {
  Firewall firewall;
  read_iptables(
      "*mangle\n:PREROUTING ACCEPT [0:0]\n"
      "-A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0xa/0xffffffff\nCOMMIT\n"
      "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n"
      "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
      "-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
      "-A INPUT -p tcp -m multiport --dports 80,8000:8010 -j ACCEPT\n"
      "-A FORWARD -p tcp --dport 443 -j ACCEPT\nCOMMIT\n",
      firewall);
  CHECK(firewall.marks == std::set<std::uint32_t>{10});
  CHECK(firewall.rewrites_sources);
  CHECK(firewall.dropping == std::vector<std::string>{"filter INPUT"});
  CHECK_FALSE(firewall.other_accepts);
  CHECK(accepts_port(firewall, 80));
  CHECK(accepts_port(firewall, 8010));
  CHECK_FALSE(accepts_port(firewall, 8011));
  CHECK_FALSE(accepts_port(firewall, 443));
  read_iptables("*filter\n-A INPUT -i eth0 -j ACCEPT\n", firewall);
  CHECK(firewall.other_accepts);
}
