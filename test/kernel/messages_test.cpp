#include <fmt/format.h>
#include <signal.h>

#include <catch2/catch.hpp>
#include <optional>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/netlink_tap.h"

// What lvsd says to IPVS, as the kernel's own tap sees it: the change, and nothing but the change.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// The service of TestNet, and `count` more that are not checked.
std::string config(int count, const ServiceOptions& options = {}, std::string_view last = "") {
  std::string out = service_config(options);
  for (int i = 1; i <= count; ++i)
    out += fmt::format(
        "virtual_server 10.0.7.{} 80 {{\n  lb_algo wrr\n  lb_kind NAT\n  protocol TCP\n"
        "  real_server 10.0.1.1 80 {{\n    weight 3\n  }}\n{}}}\n",
        i, i == count ? last : "");
  return out;
}

std::string changes(NetlinkTap& tap) {
  return text(tap.changes());
}

}  // namespace

TEST_CASE("a start sends each entry once and a restart over its table nothing") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(config(100));
  NetlinkTap tap(net.director().net);
  std::optional<Daemon> lvsd(std::in_place, net.director(), folder);
  lvsd->wait_ready();
  CHECK(changes(tap) == "NEW_DEST 102, NEW_SERVICE 101");

  lvsd->send(SIGKILL);
  REQUIRE(lvsd->exit_code(5s) == 128 + SIGKILL);
  CHECK(changes(tap) == "none");
  lvsd.emplace(net.director(), folder);
  lvsd->wait_ready();
  NetlinkTap::Counts said = tap.all();
  CHECK(said["GET_DEST"] >= 101);
  std::erase_if(said, [](const auto& entry) { return entry.first.starts_with("GET_"); });
  CHECK(text(said) == "none");
}

TEST_CASE("a reload sends what differs and asks about nothing else") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config("global_defs {\n  audit_interval 600\n}\n" + config(100));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  NetlinkTap tap(net.director().net);
  const auto reload = [&](const std::string& text) {
    folder.write_config("global_defs {\n  audit_interval 600\n}\n" + text);
    REQUIRE(ask(folder.socket(), "POST /api/v1/config/reload").status == 200);
    NetlinkTap::Counts said = tap.all();
    CHECK(said["GET_DEST"] <= 1);
    std::erase_if(said, [](const auto& entry) { return entry.first.starts_with("GET_"); });
    return testing::text(said);
  };
  CHECK(reload(config(100)) == "none");
  CHECK(reload(config(100, {}, "  real_server 10.0.1.2 80 {\n  }\n")) == "NEW_DEST 1");
  CHECK(reload(config(100, {}, "  real_server 10.0.1.2 80 {\n    weight 5\n  }\n")) ==
        "SET_DEST 1");
  CHECK(reload(config(100)) == "DEL_DEST 1");
  CHECK(reload(config(99)) == "DEL_SERVICE 1");
}

TEST_CASE("a server that goes down or comes back is one message") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(config(100));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  NetlinkTap tap(net.director().net);
  const auto is_listed = [&] {
    return ipvs_table(net.director().net).find("10.0.1.2:80") != std::string::npos;
  };
  net.web(2).set(Mood::refuses);
  REQUIRE(eventually(5s, [&] { return !is_listed(); }));
  CHECK(changes(tap) == "DEL_DEST 1");
  net.web(2).set(Mood::answers);
  REQUIRE(eventually(5s, is_listed));
  CHECK(changes(tap) == "NEW_DEST 1");
}
