#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "test/kernel/eventually.h"
#include "test/kernel/ipvsadm_rules.h"
#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"
#include "test/kernel/web_client.h"

// What operators ask lvsctl for at night, on a real kernel.

using namespace lvsd;
using namespace lvsd::testing;

namespace {

bool says(const Ran& ran, std::string_view words) {
  return ran.output.find(words) != std::string::npos;
}

// Two urls, asked for once when lvsd starts and then not before the test is over.
const std::string two_urls =
    "virtual_server 10.0.0.100 80 {\n  name web\n  delay_loop 3000\n  warmup 0\n  lb_algo rr\n"
    "  lb_kind NAT\n  protocol TCP\n  real_server 10.0.1.1 80 {\n    name web01\n    HTTP_GET {\n"
    "      url {\n path /\n status_code 200\n }\n      url {\n path /second\n status_code 200\n }\n"
    "      connect_timeout 1\n      retry 0\n    }\n  }\n"
    "  real_server 10.0.1.2 80 {\n    name web02\n  }\n}\n";

const std::string two_servers = service_config({.servers = 2, .more = "name web"});

}  // namespace

TEST_CASE("check shows each step of each url and counts only where that is wished") {
  Site site(two_urls, 2);
  REQUIRE(site.becomes({1, 1}));
  const Ran good = lvsctl(site.net, site.folder, {"check", "web/web01"});
  INFO(good.output);
  CHECK(good.exit == 0);
  CHECK(says(good, "HTTP_GET 10.0.1.1:80   GET / expect 200\n  connect "));
  CHECK(says(good, "HTTP_GET 10.0.1.1:80   GET /second expect 200\n  connect "));
  CHECK(says(good, "ms  ok\n  response "));
  CHECK(says(good, "\nPASS L7OK/200 in "));

  site.net.web(1).set(Mood::unavailable);
  const Ran bad = lvsctl(site.net, site.folder, {"check", "web", "--all"});
  INFO(bad.output);
  CHECK(bad.exit == 1);
  CHECK(says(bad, "ms  FAILED\nFAIL L7STS/503 in "));
  CHECK(says(bad, "web/web02 has no checks"));
  CHECK(ipvs_table(site.net.director().net) == testing::table_of({1, 1}));
  CHECK_FALSE(says(lvsctl(site.net, site.folder, {"check", "history", "web/web01"}), "L7STS"));

  const Ran counted = lvsctl(site.net, site.folder, {"check", "web/web01", "--count"});
  INFO(counted.output);
  CHECK(counted.exit == 1);
  CHECK(says(counted, "now down\n"));
  CHECK(site.becomes({-1, 1}));
}

TEST_CASE("what is wanted is exported and another table is made of it") {
  Site site(two_servers, 2);
  REQUIRE(site.becomes({1, 1}));
  REQUIRE(lvsctl(site.net, site.folder, {"set", "web/10.0.1.2:80", "weight", "7"}).exit == 0);
  REQUIRE(site.becomes({1, 7}));
  // What others do is in the kernel's table, and not in the wanted one.
  add_ipvs_rules(site.net.director().net, "-A -t 10.0.0.99:80 -s rr\n");
  const Ran wanted = lvsctl(site.net, site.folder, {"export", "--format", "ipvsadm", "--wanted"});
  INFO(wanted.output);
  REQUIRE(wanted.exit == 0);
  add_ipvs_rules(site.net.client().net, wanted.output);
  CHECK(ipvs_table(site.net.client().net) == testing::table_of({1, 7}));
  const Ran found = lvsctl(site.net, site.folder, {"export", "--format", "ipvsadm"});
  CHECK(says(found, "-A -t 10.0.0.99:80 -s rr\n"));
  CHECK(found.output == lvsctl(site.net, site.folder, {"export", "ipvsadm"}).output);

  CHECK(says(lvsctl(site.net, site.folder, {"import", "kernel"}), "virtual_server 10.0.0.99 80 {"));
  CHECK(says(lvsctl(site.net, site.folder, {"export", "lvsd", "--wanted"}), "weight 7"));
}

TEST_CASE("stats --since last has what came since the call before and --per-cpu all there was") {
  Site site(two_servers, 2);
  REQUIRE(site.becomes({1, 1}));
  const auto stats = [&](const std::string& word) {
    return lvsctl(site.net, site.folder, {"--exact", "stats", "--since", word});
  };
  // Until lvsd has read so many from the kernel: what it answers may be a second old.
  const auto visit = [&](int times, int so_many) {
    get_many(times, site.net.client().net, {vip(Family::v4), 80}, std::chrono::seconds(1));
    const std::string words = fmt::format("\nweb{:>18} ", so_many);
    REQUIRE(eventually(std::chrono::seconds(5), [&] {
      return says(lvsctl(site.net, site.folder, {"--exact", "stats"}), words);
    }));
  };
  ::setenv("XDG_RUNTIME_DIR", site.folder.state().c_str(), 1);
  visit(4, 4);
  CHECK(says(stats("last"), "this is the first call at this terminal"));
  visit(6, 10);
  const Ran six = stats("last");
  INFO(six.output);
  CHECK(says(six, "\nweb                 6 "));
  CHECK(says(six, "\n  10.0.1.1:80       3 "));
  CHECK(says(stats("last"), "\nweb                 0 "));
  CHECK(says(stats("boot"), "\nweb                10 "));
  CHECK(stats("yesterday").exit == 2);
  REQUIRE(lvsctl(site.net, site.folder, {"stats", "--zero", "web"}).exit == 0);
  visit(2, 2);
  CHECK(says(stats("last"), "3 were set to 0 meanwhile"));

  const Ran cpus = lvsctl(site.net, site.folder, {"--exact", "--no-header", "stats", "--per-cpu"});
  INFO(cpus.output);
  REQUIRE(cpus.exit == 0);
  std::istringstream lines(cpus.output);
  int connections = 0;
  for (std::string cpu, count, rest; lines >> cpu >> count && std::getline(lines, rest);)
    connections += std::stoi(count);
  CHECK(connections == 12);
}
