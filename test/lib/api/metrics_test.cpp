#include "api/metrics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "api/metric_families.h"

using namespace lvsd;
using namespace lvsd::api;

namespace {

const Moment now{std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::seconds(1000)), {}};

ServerSample server(const std::string& name, const std::string& role = "primary") {
  ServerSample sample;
  sample.view.server = name;
  sample.view.role = role;
  sample.view.endpoint = *parse_endpoint("10.0.0.2:80");
  sample.view.forwarding = "NAT";
  sample.view.state = "ACTIVE";
  sample.view.weight = {.config = 10, .wanted = 10, .kernel = 10};
  sample.up = true;
  return sample;
}

ServiceSample service(const std::string& name, std::vector<ServerSample> servers = {}) {
  ServiceSample sample;
  sample.view.service = name;
  sample.view.key = *parse_service_key("tcp:10.0.0.1:80");
  sample.view.scheduler = "wlc";
  sample.view.pool = "primary";
  sample.servers = std::move(servers);
  return sample;
}

std::string page_of(const std::vector<ServiceSample>& services, const MetricsChoice& choice = {}) {
  MetricsPage page(choice);
  for (const ServiceSample& sample : services)
    page.add(sample, now);
  return std::move(page).text();
}

bool has_line(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

std::vector<std::string> series(const std::string& page) {
  std::istringstream lines(page);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) found.push_back(line.substr(0, line.rfind(' ')));
  return found;
}

}  // namespace

TEST_CASE("a server has its series under its service and name") {
  const std::string page = page_of({service("web", {server("web01")})});
  CHECK(has_line(page, "lvsd_server_up{service=\"web\",server=\"web01\"} 1"));
  CHECK(has_line(page, "lvsd_server_weight{service=\"web\",server=\"web01\"} 10"));
  CHECK(has_line(page, "lvsd_server_state{service=\"web\",server=\"web01\",state=\"ACTIVE\"} 1"));
  CHECK(has_line(page, "lvsd_server_state{service=\"web\",server=\"web01\",state=\"DOWN\"} 0"));
  CHECK(has_line(page,
                 "lvsd_server_info{service=\"web\",server=\"web01\",proto=\"tcp\",local_address="
                 "\"10.0.0.1\",local_port=\"80\",local_mark=\"\",remote_address=\"10.0.0.2\","
                 "remote_port=\"80\",forward=\"NAT\",role=\"primary\"} 1"));
  CHECK(has_line(page, "lvsd_service_servers{service=\"web\",state=\"ACTIVE\"} 1"));
}

TEST_CASE("what is not known has no series") {
  ServerSample sample = server("web01");
  sample.view.weight.kernel.reset();
  const std::string page = page_of({service("web", {sample})});
  CHECK(page.find("lvsd_server_weight{") == page.npos);
  CHECK(page.find("# TYPE lvsd_server_weight ") == page.npos);
  CHECK(page.find("lvsd_server_connections_max{") == page.npos);
  CHECK(page.find("lvsd_server_outgoing_bytes_total{") == page.npos);
}

TEST_CASE("a family is written once and whole whatever the order of samples") {
  const std::string page = page_of({service("a", {server("1")}), service("b", {server("2")})});
  std::istringstream lines(page);
  std::set<std::string> over;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# HELP ")) continue;
    family = line.substr(7, line.find(' ', 7) - 7);
    CHECK(over.insert(family).second);
  }
  CHECK(page.find("lvsd_server_up{service=\"a\",server=\"1\"} 1\n"
                  "lvsd_server_up{service=\"b\",server=\"2\"} 1\n") != page.npos);
}

TEST_CASE("no two series have the same labels whatever the configuration names alike") {
  auto with_check = server("10.0.0.2:80");
  with_check.checks = {{.kind = "HTTP_GET", .target = "x"}, {.kind = "HTTP_GET", .target = "x"}};
  const std::string page =
      page_of({service("web", {with_check, server("10.0.0.2:80", "sorry"),
                               server("10.0.0.2:80", "backup"), server("10.0.0.2:80", "backup")}),
               service("web")});
  auto all = series(page);
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  CHECK(has_line(page, "lvsd_server_up{service=\"web\",server=\"10.0.0.2:80 (sorry)\"} 1"));
}

TEST_CASE("durations are counted up to each bound") {
  DurationHistogram durations;
  for (const double seconds : {0.0005, 0.001, 0.0011, 0.3, 7.0})
    durations.add(seconds);
  ServiceSample sample = service("web");
  sample.check_durations = durations;
  const std::string page = page_of({sample});
  const std::string start = "lvsd_check_duration_seconds_bucket{service=\"web\",le=\"";
  CHECK(has_line(page, start + "0.001\"} 2"));
  CHECK(has_line(page, start + "0.002\"} 3"));
  CHECK(has_line(page, start + "0.5\"} 4"));
  CHECK(has_line(page, start + "5\"} 4"));
  CHECK(has_line(page, start + "+Inf\"} 5"));
  CHECK(has_line(page, "lvsd_check_duration_seconds_count{service=\"web\"} 5"));
}

TEST_CASE("a part that is not chosen is not there") {
  ServerSample checked = server("web01");
  checked.checks = {{.kind = "TCP_CHECK", .target = "10.0.0.2:80", .up = true}};
  const auto families = [&](const std::string& words) {
    std::set<std::string> kinds;
    for (const std::string& one :
         series(page_of({service("web", {checked})},
                        words.empty() ? MetricsChoice{} : parse_metrics_choice(words).value())))
      kinds.insert(one.substr(5, one.find('_', 5) - 5));
    std::string out;
    for (const std::string& kind : kinds)
      out += kind + " ";
    return out;
  };
  CHECK(families("") == "check server service ");
  CHECK(families("services") == "service ");
  CHECK(families("servers") == "server ");
  CHECK(families("checks") == "check ");
  CHECK(families("services,checks") == "check service ");
  CHECK(families("process").empty());
  CHECK_FALSE(parse_metrics_choice("services,servres"));
  CHECK_FALSE(parse_metrics_choice(","));
}

TEST_CASE("a file without per_server leaves no series with a server's name") {
  ServerSample checked = server("web01");
  checked.checks = {{.kind = "TCP_CHECK", .target = "10.0.0.2:80", .up = true}};
  const auto page = [&](const MetricsSettings& settings) {
    return page_of({service("web", {checked})}, metrics_choice(settings));
  };
  CHECK(page({}) == page_of({service("web", {checked})}));
  const std::string fewer = page({.per_server = false});
  CHECK(fewer.find("server=") == fewer.npos);
  CHECK_THAT(fewer, Catch::Contains("lvsd_service_up{service=\"web\"} "));
  CHECK(has_line(fewer, "lvsd_check_duration_seconds_count{service=\"web\"} 0"));
  const std::string no_checks = page({.per_check = false});
  CHECK(no_checks.find("check=") == no_checks.npos);
  CHECK(has_line(no_checks, "lvsd_server_up{service=\"web\",server=\"web01\"} 1"));
  CHECK(has_line(no_checks, "lvsd_check_duration_seconds_count{service=\"web\"} 0"));
}

TEST_CASE("what the kernel estimates stands on the page on request and where it is known") {
  ServiceSample sample = service("web");
  sample.view.rates = {.cps = 3, .in_pps = 10, .in_bps = 900, .out_pps = {}, .out_bps = {}};
  CHECK(page_of({sample}).find("_per_second") == std::string::npos);
  const std::string page = page_of({sample}, metrics_choice({.rates = true}));
  CHECK(has_line(page, "lvsd_service_connections_per_second{service=\"web\"} 3"));
  CHECK(has_line(page, "lvsd_service_incoming_bytes_per_second{service=\"web\"} 900"));
  CHECK(page.find("lvsd_service_outgoing_bytes_per_second") == page.npos);
}

namespace {

std::string node_page(const Snapshot& table, std::optional<TrafficCounters> total) {
  MetricsPage page(parse_metrics_choice("node_ipvs").value());
  page.add(NodeIpvsSample{std::make_shared<const Snapshot>(table), total});
  return std::move(page).text();
}

DestinationSnapshot destination(std::uint32_t active, std::uint32_t inactive,
                                std::uint32_t weight) {
  DestinationSnapshot out;
  out.counters.active_connections = active;
  out.counters.inactive_connections = inactive;
  out.settings.weight = weight;
  return out;
}

Endpoint endpoint(const char* address, std::uint16_t port) {
  return {*parse_address(address), port};
}

}  // namespace

TEST_CASE("IPVS stands under the names and labels that node_exporter has for it") {
  Snapshot table;
  table[*parse_service_key("tcp:192.168.0.22:3306")].destinations[endpoint("192.168.82.22", 3306)] =
      destination(248, 2, 100);
  table[*parse_service_key("udp:[2001:db8::53]:53")].destinations[endpoint("2001:db8::1", 53)] =
      destination(0, 7, 1);
  const std::string page =
      node_page(table, TrafficCounters{23765872, 3811989221, 0, 89991519156915, 1});
  const std::string mysql =
      "{local_address=\"192.168.0.22\",local_port=\"3306\",proto=\"TCP\",local_mark=\"\","
      "remote_address=\"192.168.82.22\",remote_port=\"3306\"} ";
  CHECK(has_line(page, "node_ipvs_backend_connections_active" + mysql + "248"));
  CHECK(has_line(page, "node_ipvs_backend_connections_inactive" + mysql + "2"));
  CHECK(has_line(page, "node_ipvs_backend_weight" + mysql + "100"));
  CHECK(has_line(page,
                 "node_ipvs_backend_connections_inactive{local_address=\"2001:db8::53\",local_port="
                 "\"53\",proto=\"UDP\",local_mark=\"\",remote_address=\"2001:db8::1\",remote_port="
                 "\"53\"} 7"));
  CHECK(has_line(page, "# TYPE node_ipvs_connections_total counter"));
  CHECK(has_line(page, "node_ipvs_connections_total 23765872"));
  CHECK(has_line(page, "node_ipvs_incoming_packets_total 3811989221"));
  CHECK(has_line(page, "node_ipvs_outgoing_packets_total 0"));
  CHECK(has_line(page, "node_ipvs_incoming_bytes_total 89991519156915"));
  CHECK(has_line(page, "node_ipvs_outgoing_bytes_total 1"));
}

TEST_CASE("a mark of two address families is one series in node_exporter's names") {
  Snapshot table;
  for (const Family family : {Family::v4, Family::v6})
    table[fwmark_service(268435457, family)].destinations[endpoint("192.168.50.26", 3306)] =
        destination(32, 10, 20);
  const std::string page = node_page(table, {});
  const std::string its =
      "{local_address=\"\",local_port=\"0\",proto=\"FWM\",local_mark=\"10000001\","
      "remote_address=\"192.168.50.26\",remote_port=\"3306\"} ";
  CHECK(has_line(page, "node_ipvs_backend_connections_active" + its + "64"));
  CHECK(has_line(page, "node_ipvs_backend_weight" + its + "40"));
  CHECK(series(page).size() == 3);
}

TEST_CASE("a server that warms up says how far it is") {
  ServerSample sample = server("web01");
  sample.view.state = "WARMING 40%";
  sample.view.weight.wanted = 4;
  const std::string page = page_of({service("web", {sample})});
  CHECK(has_line(page, "lvsd_server_slow_start_ratio{service=\"web\",server=\"web01\"} 0.4"));
  CHECK(has_line(page, "lvsd_server_state{service=\"web\",server=\"web01\",state=\"WARMING\"} 1"));
}

TEST_CASE("a mark stands where an address would") {
  ServiceSample sample = service("mark", {server("web01")});
  sample.view.key = *parse_service_key("fwmark:7");
  CHECK(has_line(page_of({sample}),
                 "lvsd_service_info{service=\"mark\",proto=\"fwmark\",local_address=\"\","
                 "local_port=\"0\",local_mark=\"7\",scheduler=\"wlc\"} 1"));
}

TEST_CASE("every family has a name of the format and a place in the reference") {
  std::ifstream file(LVSD_SOURCE_DIR "/docs/metrics.md");
  const std::string reference((std::istreambuf_iterator<char>(file)), {});
  std::set<std::string_view> names;
  for (const MetricFamily& family : metric_families()) {
    INFO(family.name);
    CHECK(names.insert(family.name).second);
    CHECK_FALSE(family.help.empty());
    CHECK(family.help.find('\\') == family.help.npos);
    CHECK(family.name.ends_with("_total") == (family.kind == MetricKind::counter));
    CHECK(reference.find("`" + std::string(family.name) + "`") != reference.npos);
  }
  CHECK(names.size() == metric_count);
}
