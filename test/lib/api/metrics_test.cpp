#include "api/metrics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
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

TEST_CASE("what a label says is escaped as Prometheus reads it") {
  CHECK(label("server", "web01") == "server=\"web01\"");
  CHECK(label("server", "a\"b\\c\nd") == "server=\"a\\\"b\\\\c\\nd\"");
  CHECK(label("server", "sch\xc3\xb6n") == "server=\"sch\xc3\xb6n\"");
  CHECK(label("server",
              "\xff"
              "x\xc3") == "server=\"\xef\xbf\xbdx\xef\xbf\xbd\"");
  CHECK(label("server", "") == "server=\"\"");
}

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
         series(page_of({service("web", {checked})}, parse_metrics_choice(words).value())))
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
