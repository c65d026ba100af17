#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "test/kernel/policy_site.h"
#include "test/kernel/udp_server.h"

// Persistence under drains, with the traffic it is about.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// A visit that the kernel forgets soon: who answers.
std::string brief_visit(const Site& site, const Address& to = vip(Family::v4)) {
  Connection connection(site.net.client().net, {to, 80});
  connection.end_by_reset();
  return text(connection.ask());
}

const std::string template_sysctl = "net.ipv4.vs.expire_quiescent_template";

std::string expires_templates(const Site& site) {
  const Inside there(site.net.director().net);
  std::string value;
  std::getline(std::ifstream("/proc/sys/net/ipv4/vs/expire_quiescent_template"), value);
  return value;
}

// Drains the server that clients persist to and returns what they meet then.
std::string met_after_drain(const Site& site, const std::string& how = "drain") {
  const std::string first = site.who_answers();
  REQUIRE((first == "s1" || first == "s2"));
  CHECK(text(site.requests(3)) == first + " 3");
  const std::string number = first.substr(1);
  CHECK(site.post(how, "10.0.1." + number + ":80").status == 200);
  CHECK(site.gets("10.0.1." + number + ":80 NAT weight 0"));
  const std::string then = text(site.requests(3));
  return then == first + " 3" ? "the same" : then.ends_with(" 3") ? "the other" : then;
}

// Two UDP servers that say who they are, and clients that persist for `persistence` seconds.
constexpr std::uint16_t udp_port = 5300;

std::string udp_config(std::string_view global, int persistence) {
  std::string out = fmt::format(
      "global_defs {{\n  {}\n}}\nvirtual_server 10.0.0.100 {} {{\n  protocol UDP\n  lvs_sched rr\n"
      "  lvs_method NAT\n  persistence_timeout {}\n",
      global, udp_port, persistence);
  for (const int number : {1, 2})
    out += fmt::format("  real_server 10.0.1.{} {} {{\n  }}\n", number, udp_port);
  return out + "}\n";
}

struct UdpSite : Site {
  explicit UdpSite(const std::string& config) : Site(config, 2) {
    service = fmt::format("udp:10.0.0.100:{}", udp_port);
    REQUIRE(gets(fmt::format("10.0.1.2:{} NAT weight 1", udp_port)));
  }
  UdpFlow flow() const { return {net.client().net, {vip(Family::v4), udp_port}}; }
  static std::string server(const std::string& name) {
    return fmt::format("10.0.1.{}:{}", name.substr(1), udp_port);
  }

  UdpServer first{net.server(1), [](const std::string&, bool) { return "s1"; }, udp_port};
  UdpServer second{net.server(2), [](const std::string&, bool) { return "s2"; }, udp_port};
};

// Whose mark 7 persists: what the client sends to either of two addresses.
const std::string marked_config =
    "global_defs {\n  ipvs_sysctl auto\n}\nvirtual_server fwmark 7 {\n  protocol TCP\n  lvs_sched "
    "rr\n"
    "  lvs_method NAT\n  persistence_timeout 60\n  real_server 10.0.1.1 80 {\n    "
    "graceful_shutdown\n"
    "  }\n  real_server 10.0.1.2 80 {\n    graceful_shutdown\n  }\n}\n";

void mark_clients(const TestNet& net) {
  net.director().output_of({"tc", "qdisc", "add", "dev", "front", "ingress"});
  net.director().output_of({"tc", "filter", "add", "dev", "front", "ingress", "matchall", "action",
                            "skbedit", "mark", "7"});
}

}  // namespace

TEST_CASE("clients that persist leave a server that drains where lvsd may say so to the kernel") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(global_and_service("ipvs_sysctl auto", persistent));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  CHECK(met_after_drain(site) == "the other");
}

TEST_CASE("clients that persist stay with a server that drains where the kernel is as it was") {
  const ServiceOptions persistent{.more = "persistence_timeout 60",
                                  .more_server = "graceful_shutdown"};
  Site site(service_config(persistent));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  CHECK(site.lvsd->logged("net.ipv4.vs.expire_quiescent_template is 0, so it is not true that"));
  CHECK(met_after_drain(site) == "the same");
}

TEST_CASE("a hard drain sends clients that persist elsewhere and keeps the connections they have") {
  Site site(global_and_service("ipvs_sysctl auto", {.more = "persistence_timeout 60"}));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  CHECK(expires_templates(site) == "0");  // no word of the file needs it
  Connection kept = site.connect();
  const std::string first = text(kept.ask());
  CHECK(met_after_drain(site, "drain?returning=hard") == "the other");
  CHECK(text(kept.ask()) == first);
  CHECK(expires_templates(site) == "1");
  const std::string server = "10.0.1." + first.substr(1) + ":80";
  const Reply soft = site.post("drain?returning=soft", server);
  CHECK(soft.status == 409);
  CHECK(soft.body.find("lets no client come back") != std::string::npos);

  site.restart();
  CHECK(site.state(server) == "DRAINING");
  CHECK(text(kept.ask()) == first);
  CHECK(text(site.requests(2)).find(first) == std::string::npos);
}

TEST_CASE("a hard drain that the kernel would not keep is refused with what to do") {
  Site site(service_config({.more = "persistence_timeout 60"}));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  const Reply hard = site.post("drain?returning=hard");
  CHECK(hard.status == 409);
  CHECK(hard.body.find("sysctl -w net.ipv4.vs.expire_quiescent_template=1") != std::string::npos);
  CHECK(site.gets("10.0.1.1:80 NAT weight 1"));
  set_sysctl(site.net.director().net, template_sysctl, "1");
  CHECK(met_after_drain(site, "drain?returning=hard") == "the other");
}

TEST_CASE("a soft drain serves clients that persist until the last of them is forgotten") {
  Site site(service_config({.more = "persistence_timeout 15"}));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  const std::string first = brief_visit(site);
  REQUIRE((first == "s1" || first == "s2"));
  const std::string server = "10.0.1." + first.substr(1) + ":80";
  const Reply drained = site.post("drain?returning=soft", server);
  CHECK(drained.status == 200);
  CHECK(drained.body.find("clients that persist (15 s) come back") != std::string::npos);
  CHECK(site.gets(server + " NAT weight 0"));
  CHECK(brief_visit(site) == first);
  site.restart();
  CHECK(brief_visit(site) == first);
  const auto last_visit = std::chrono::steady_clock::now();
  CHECK(eventually(60s, [&] { return site.state(server) == "DRAINED"; }));
  // The connections are forgotten after 10 s; what was waited for is the template.
  CHECK(std::chrono::steady_clock::now() - last_visit >= 14s);
  const std::string other = brief_visit(site);
  CHECK(other != first);
  CHECK((other == "s1" || other == "s2"));
}

TEST_CASE(
    "flows of UDP stay with a server that drains while their client's next one goes elsewhere") {
  UdpSite site(udp_config("ipvs_sysctl auto", 60));
  UdpFlow old = site.flow();
  const std::string first = old.ask();
  REQUIRE((first == "s1" || first == "s2"));
  CHECK(site.flow().ask() == first);
  const std::string server = UdpSite::server(first);
  CHECK(site.post("drain?returning=hard&limit_seconds=20", server).status == 200);
  CHECK(site.gets(server + " NAT weight 0"));

  CHECK(old.ask() == first);
  const std::string other = first == "s1" ? "s2" : "s1";
  CHECK(site.flow().ask() == other);
  CHECK(site.state(server) == "DRAINING");
  // A flow that goes on is ended by the limit, and then goes where the others went.
  CHECK(eventually(30s, [&] {
    const bool answered = old.ask() == first;
    return site.state(server) == "DRAINED" && !answered;
  }));
  CHECK(eventually(5s, [&] { return old.ask() == other; }));
}

TEST_CASE(
    "clients of UDP that persist keep a server from being drained where the kernel is as it was") {
  UdpSite site(udp_config("# nothing", 60));
  const std::string first = site.flow().ask();
  REQUIRE((first == "s1" || first == "s2"));
  const std::string server = UdpSite::server(first);
  CHECK(site.post("drain", server).status == 200);
  CHECK(site.gets(server + " NAT weight 0"));
  CHECK(site.flow().ask() == first);
  CHECK(always(3s, [&] { return site.state(server) == "DRAINING"; }));
}

TEST_CASE("clients that persist by a mark leave a server that drains with all of its addresses") {
  Site site(marked_config, 2);
  site.service = "fwmark:7";
  mark_clients(site.net);
  const Address second_vip{.bytes = {10, 0, 0, 101}};
  const std::string first = brief_visit(site);
  REQUIRE((first == "s1" || first == "s2"));
  CHECK(brief_visit(site, second_vip) == first);
  Connection kept(site.net.client().net, {second_vip, 80});
  CHECK(text(kept.ask()) == first);

  const std::string server = "10.0.1." + first.substr(1) + ":80";
  CHECK(site.post("drain", server).status == 200);
  CHECK(eventually(5s, [&] { return site.state(server) == "DRAINING"; }));
  const std::string other = first == "s1" ? "s2" : "s1";
  CHECK(brief_visit(site) == other);
  CHECK(brief_visit(site, second_vip) == other);
  CHECK(text(kept.ask()) == first);
  kept.end_by_reset();
  kept = Connection(site.net.client().net, {vip(Family::v4), 80});
  // The flows of a mark may be of UDP: it is empty when the kernel has forgotten all of them.
  CHECK(eventually(30s, [&] { return site.state(server) == "DRAINED"; }));
  CHECK(text(kept.ask()) == other);
}
