#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "test/kernel/policy_site.h"

// What `log {}` and `metrics {}` of the file do to a running lvsd.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

// The first line of a log of JSON that has these words.
nlohmann::json line_with(const std::filesystem::path& file, std::string_view words) {
  std::istringstream lines(text_of(file));
  for (std::string line; std::getline(lines, line);)
    if (line.find(words) != std::string::npos) return nlohmann::json::parse(line);
  return nullptr;
}

std::string metrics(const Site& site, std::string_view query = {}) {
  return ask(site.folder.socket(), "GET /metrics" + std::string(query)).body;
}

bool has(const std::string& page, std::string_view words) {
  return page.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a reload moves the log to a file as JSON and a file that was turned over is made anew") {
  Site site(service_config({}));
  const std::filesystem::path log = site.folder.config().parent_path() / "lvsd.log";
  const std::string words = "log {\n    format json\n    target file " + log.string() + "\n  }";
  site.lvsd->reload(global_and_service(words, {}));
  REQUIRE(eventually(5s, [&] { return std::filesystem::exists(log); }));

  const std::string heard_before = site.lvsd->log();
  site.net.web(1).set(Mood::refuses);
  REQUIRE(eventually(5s, [&] { return line_with(log, " is DOWN, ").is_object(); }));
  const nlohmann::json down = line_with(log, " is DOWN, ");
  INFO(down);
  CHECK(down.value("server", "") == "10.0.1.1:80");
  CHECK(site.lvsd->log() == heard_before);

  std::filesystem::rename(log, log.string() + ".1");
  site.net.web(1).set(Mood::answers);
  CHECK(eventually(5s, [&] { return line_with(log, " is UP, ").is_object(); }));
  CHECK(line_with(log, " is DOWN, ").is_null());

  site.lvsd->reload(service_config({}));
  site.net.web(1).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.lvsd->log().size() > heard_before.size(); }));
}

TEST_CASE("a log at level warning is silent of what goes well and says what does not") {
  Site site(global_and_service("log {\n    level warning\n  }", {}));
  CHECK_FALSE(site.lvsd->logged("info"));
  const std::string before = site.lvsd->log();
  site.lvsd->reload("virtual_server 10.0.0.100 80 {\n  no_such_word\n");
  CHECK(eventually(5s, [&] { return site.lvsd->log().size() > before.size(); }));
}

TEST_CASE("the file says how many series a site has and a request which of them it wants") {
  Site site(service_config({}));
  REQUIRE(site.gets("10.0.1.2:80 NAT weight 1"));
  CHECK(text(site.requests(4)) == "s1 2, s2 2");
  const std::string counted = R"(lvsd_service_connections_total{service="tcp:10.0.0.100:80"} 4)";
  CHECK(eventually(10s, [&] { return has(metrics(site), counted); }));
  const std::string all = metrics(site);
  CHECK(has(all, R"(lvsd_server_up{service="tcp:10.0.0.100:80",server="10.0.1.1:80"} 1)"));
  CHECK(has(all, "lvsd_check_runs_total{"));
  CHECK_FALSE(has(all, "node_ipvs_"));
  CHECK_FALSE(has(all, "_per_second"));
  CHECK_FALSE(has(metrics(site, "?collect[]=services"), "lvsd_server_"));

  site.lvsd->reload(global_and_service(
      "metrics {\n    per_server no\n    rates yes\n    node_ipvs_compat yes\n  }", {}));
  CHECK(eventually(5s, [&] { return !has(metrics(site), "lvsd_server_up{"); }));
  const std::string fewer = metrics(site);
  CHECK_FALSE(has(fewer, "lvsd_check_runs_total{"));
  CHECK(has(fewer, "lvsd_service_connections_per_second{"));
  CHECK(has(fewer, "\nnode_ipvs_connections_total 4\n"));
  CHECK(has(fewer,
            R"(node_ipvs_backend_weight{local_address="10.0.0.100",local_port="80",proto="TCP",)"
            R"(local_mark="",remote_address="10.0.1.1",remote_port="80"} 1)"));
  CHECK(has(metrics(site, "?collect[]=servers"), "lvsd_server_up{"));
}
