#include <linux/ip_vs.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <string>

#include "test/daemon/open_port.h"
#include "test/daemon/site.h"
#include "test/fakes/command.h"

using namespace lvsd;
using lvsd::test::eventually;
using lvsd::test::FakeRequest;
using lvsd::test::OpenPort;
using lvsd::test::output_of;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;

namespace {

std::string checked(const OpenPort& port) {
  return "  real_server 127.0.0.1 " + port.text() +
         " {\n    weight 1\n    TCP_CHECK {\n    }\n  }\n";
}

// The value of a series; nothing where there is none.
std::optional<double> value(const std::string& page, const std::string& series) {
  const auto at = ("\n" + page).find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::stod(page.substr(at + series.size() + 1));
}

}  // namespace

TEST_CASE("metrics say what the kernel and the checks say") {
  OpenPort port;
  Site site(web(checked(port) + unchecked(2, 7)));
  site.up();
  const std::string service = "service=\"tcp:10.0.0.1:80\"";
  const std::string first = service + ",server=\"127.0.0.1:" + port.text() + "\"";
  REQUIRE(eventually([&] {
    return value(site.get("/metrics").body, "lvsd_check_runs_total{" + first + ",check=\"1\"}") > 0;
  }));
  const std::string page = site.get("/metrics").body;
  CHECK(value(page, "lvsd_ready") == 1);
  CHECK(value(page, "lvsd_service_up{" + service + "}") == 1);
  CHECK(value(page, "lvsd_service_pool{" + service + ",pool=\"primary\"}") == 1);
  CHECK(value(page, "lvsd_server_weight{" + service + ",server=\"10.0.0.2:80\"}") == 7);
  CHECK(value(page, "lvsd_server_up{" + first + "}") == 1);
  CHECK(value(page, "lvsd_check_result{" + first + ",check=\"1\",result=\"L4OK\"}") == 1);
  CHECK(value(page, "lvsd_kernel_operations_total{result=\"done\"}") == 3);
  CHECK(value(page, "lvsd_kernel_servers") == 2);
  CHECK(value(page, "process_open_fds") > 3);
  CHECK(value(page, "process_resident_memory_bytes") > 1e6);
}

TEST_CASE("a server that fails is counted down and so is the time") {
  OpenPort port;
  Site site(web(checked(port) + unchecked(2)));
  site.up();
  const std::string server =
      "{service=\"tcp:10.0.0.1:80\",server=\"127.0.0.1:" + port.text() + "\"}";
  port.close();
  REQUIRE(
      eventually([&] { return value(site.get("/metrics").body, "lvsd_server_up" + server) == 0; }));
  const std::string page = site.get("/metrics").body;
  CHECK(value(page, "lvsd_server_up_down_total" + server) == 1);
  CHECK(value(page, "lvsd_service_state_changes_total{service=\"tcp:10.0.0.1:80\"}") == 0);
  const double down = *value(page, "lvsd_server_downtime_seconds_total" + server);
  CHECK(eventually([&] {
    return value(site.get("/metrics").body, "lvsd_server_downtime_seconds_total" + server) > down;
  }));
}

TEST_CASE("metrics of one service and of chosen parts have nothing else") {
  Site site(web(unchecked(2)) + "virtual_server 10.0.0.9 80 {\n  protocol TCP\n" + unchecked(3) +
            "}\n");
  site.up();
  const std::string one = site.get("/metrics?service=tcp:10.0.0.9:80&collect[]=servers").body;
  CHECK(one.find("lvsd_server_up{service=\"tcp:10.0.0.9:80\"") != one.npos);
  CHECK(one.find("10.0.0.1") == one.npos);
  CHECK(one.find("lvsd_service_up") == one.npos);
  CHECK(one.find("process_") == one.npos);
  const std::string both = site.get("/metrics?collect[]=services&collect[]=process").body;
  CHECK(value(both, "lvsd_service_up{service=\"tcp:10.0.0.1:80\"}") == 1);
  CHECK(value(both, "lvsd_config_generation") == 1);
  CHECK(both.find("lvsd_server_up") == both.npos);
  CHECK(site.get("/metrics?collect[]=everything").status == 400);
  CHECK(site.get("/metrics?service=nosuch").status == 404);
}

TEST_CASE("metrics of lvsd alone read nothing of a kernel that was read lately") {
  Site site("global_defs {\n  audit_interval 3600\n}\n" + web(unchecked(2)));
  std::atomic<int> readings = 0;
  site.fake.on_request = [&](FakeRequest& request) {
    if (request.command == IPVS_CMD_GET_SERVICE) ++readings;
  };
  site.up();
  site.get("/metrics");
  // The services' page has it read again as soon as the last reading is too old for counters.
  REQUIRE(eventually([&] {
    const int before = readings;
    CHECK(value(site.get("/metrics?collect[]=process").body, "lvsd_kernel_servers") == 1);
    CHECK(readings == before);
    site.get("/metrics?collect[]=services");
    return readings != before;
  }));
}

TEST_CASE("metrics tell how long the loop worked at a time") {
  Site site(web(unchecked(2)));
  site.up();
  const auto count = [&](const std::string& series) {
    return value(site.get("/metrics?collect[]=process").body, series);
  };
  CHECK(count("lvsd_loop_hold_seconds_count") > 0);
  CHECK(count("lvsd_loop_hold_cpu_seconds_count") > 0);
  CHECK(count("lvsd_loop_hold_seconds_sum") > 0);
}

TEST_CASE("metrics tell of a reload that was refused until one is applied") {
  Site site(web(unchecked(2)));
  site.up();
  CHECK(value(site.get("/metrics").body, "lvsd_config_last_reload_successful") == 1);
  site.write("virtual_server {\n");
  CHECK(site.reload().status == 422);
  CHECK(value(site.get("/metrics").body, "lvsd_config_last_reload_successful") == 0);
  site.write(web(unchecked(2) + unchecked(3)));
  CHECK(site.reload().status == 200);
  const std::string page = site.get("/metrics").body;
  CHECK(value(page, "lvsd_config_last_reload_successful") == 1);
  CHECK(value(page, "lvsd_config_generation") == 2);
  CHECK(value(page, "lvsd_server_up{service=\"tcp:10.0.0.1:80\",server=\"10.0.0.3:80\"}") == 1);
}

TEST_CASE("a service's health is a code for routers and a word for people") {
  OpenPort port;
  Site site(web(checked(port)));
  site.up();
  const std::string path = "/services/tcp:10.0.0.1:80/health";
  CHECK(site.get(path).status == 200);
  CHECK(site.get(path).body == "UP\n");
  port.close();
  REQUIRE(eventually([&] { return site.get(path).status == 503; }));
  CHECK(site.get(path).body == "DOWN\n");
  CHECK(site.get("/services/nosuch/health").status == 404);
}

TEST_CASE("the file says what a page of metrics has and a request may ask for the rest") {
  Site site("global_defs {\n  metrics {\n    per_server no\n    node_ipvs_compat yes\n  }\n}\n" +
            web(unchecked(2)));
  site.up();
  const std::string page = site.get("/metrics").body;
  CHECK(page.find("lvsd_server_up{") == page.npos);
  CHECK(value(page, "lvsd_service_up{service=\"tcp:10.0.0.1:80\"}") == 1);
  const std::string backend =
      "{local_address=\"10.0.0.1\",local_port=\"80\",proto=\"TCP\",local_mark=\"\","
      "remote_address=\"10.0.0.2\",remote_port=\"80\"}";
  CHECK(value(page, "node_ipvs_backend_weight" + backend) == 1);
  CHECK(value(page, "node_ipvs_backend_connections_active" + backend) == 0);
  const std::string servers = site.get("/metrics?collect[]=servers").body;
  CHECK(servers.find("lvsd_server_up{") != servers.npos);
  CHECK(servers.find("node_ipvs") == servers.npos);

  site.write("global_defs {\n  metrics {\n    rates yes\n  }\n}\n" + web(unchecked(2)));
  REQUIRE(site.reload().status == 200);
  const std::string later = site.get("/metrics").body;
  CHECK(later.find("lvsd_server_up{") != later.npos);
  CHECK(later.find("node_ipvs") == later.npos);
  CHECK(value(later, "lvsd_service_connections_per_second{service=\"tcp:10.0.0.1:80\"}") == 0);
}

TEST_CASE("Prometheus reads the metrics without a word") {
  if (output_of("command -v promtool").empty()) {
    WARN("promtool is not installed: not asked");
    return;
  }
  OpenPort port;
  Site site("global_defs {\n  metrics {\n    rates yes\n    node_ipvs_compat yes\n  }\n}\n" +
            web(checked(port) + unchecked(2), "  sorry_server 10.0.0.2 80\n"));
  site.up();
  std::ofstream(site.directory / "metrics") << site.get("/metrics").body;
  const std::string file = (site.directory / "metrics").string();
  CHECK(output_of("grep -c ^node_ipvs " + file) != "0\n");
  CHECK(output_of("promtool check metrics <" + file + " 2>&1; echo $?") == "0\n");
}
