#include <atomic>
#include <catch2/catch.hpp>
#include <string>

#include "api/status_page.h"
#include "test/daemon/open_port.h"
#include "test/daemon/site.h"
#include "test/fakes/gate.h"

using namespace lvsd;
using lvsd::test::eventually;
using lvsd::test::OpenPort;
using lvsd::test::RawClient;
using lvsd::test::request;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;

namespace {

std::string service(int number, const std::string& servers) {
  const std::string n = std::to_string(number);
  return "virtual_server 10.1." + std::to_string(number / 250) + "." +
         std::to_string(1 + number % 250) + " 80 {\n  name web" + n +
         "\n  protocol TCP\n  lvs_method NAT\n  delay_loop 1\n  warmup 0\n" + servers + "}\n";
}

std::string many(int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += service(i, unchecked(2) + unchecked(3));
  return out;
}

std::string page(const Site& site, const std::string& query = "") {
  const auto answer = site.get("/" + query);
  INFO(query << ": " << answer.body.substr(0, 300));
  CHECK(answer.status == 200);
  return answer.body;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("the page shows what lvsctl shows and says first what needs attention") {
  OpenPort port;
  std::string down;
  {
    OpenPort gone;
    down = gone.text();
  }
  const auto checked = [](const std::string& its_port) {
    return "  real_server 127.0.0.1 " + its_port +
           " {\n    weight 3\n    TCP_CHECK {\n      retry 0\n    }\n  }\n";
  };
  Site site(web(checked(port.text()) + checked(down)));
  site.up();
  REQUIRE(eventually([&] { return has(page(site), "DOWN: L4CON"); }));
  const std::string text = page(site);
  CHECK(has(text, "<title>DEGRADED - lvsd on "));
  CHECK(has(text, "0 up, 1 degraded, 0 down"));
  CHECK(has(text, "1/2 up DEGRADED"));
  CHECK(has(text, ">L4OK "));
  CHECK(text.find("id=\"attention\"") < text.find("class=\"service "));
  CHECK(has(text, "127.0.0.1:" + down + "</a> DOWN: L4CON"));

  const std::string opened = page(site, "?open=tcp:10.0.0.1:80%2F127.0.0.1:" + down);
  CHECK(has(opened, "<span>TCP_CHECK 127.0.0.1:" + down + "</span>"));
  CHECK(has(opened, "<small>fail</small>"));
  CHECK_FALSE(has(text, "<span>TCP_CHECK"));
}

TEST_CASE("a page is found by words and by expressions and one mistake in them is said") {
  Site site(many(3) + service(3, unchecked(2, 7) + unchecked(4)));
  site.up();
  CHECK(count(page(site), "<section class=\"service ") == 4);
  CHECK(count(page(site, "?filter=WEB1"), "<section class=\"service ") == 1);
  const std::string by_address = page(site, "?filter=web3%2010.0.0.4");
  CHECK(count(by_address, "<section class=\"service ") == 1);
  CHECK(count(by_address, "<tr class=\"good\"") == 1);
  CHECK(count(page(site, "?filter=weight.config%3E6"), "<tr class=\"good\"") == 1);
  CHECK(count(page(site, "?filter=nowhere"), "<section class=\"service ") == 0);
  CHECK(count(page(site, "?service=web2"), "<section class=\"service ") == 1);
  CHECK(has(page(site, "?service=web9"), "there is no one service &#39;web9&#39;; there is web"));
  CHECK(has(page(site, "?filter=colour=red"), "there is no field &#39;colour&#39;"));
  CHECK(count(page(site, "?filter=colour=red"), "<section class=\"service ") == 4);
  CHECK(site.get("/?sort=colour").status == 400);
}

TEST_CASE("many services are shown in pages and in the order that is asked for") {
  Site site(many(60));
  site.up();
  const std::string first = page(site);
  CHECK(count(first, "<section class=\"service ") == 25);
  CHECK(has(first, "page 1 of 3"));
  CHECK(count(page(site, "?page=3"), "<section class=\"service ") == 10);
  CHECK(has(page(site, "?page=99"), "page 3 of 3"));
  CHECK(count(page(site, "?servers=no"), "data-key=\"service web") == 60);

  site.fake.edit([](lvsd::test::FakeIpvs& ipvs) {
    for (auto& one : ipvs.services)
      if (one.address[3] == 42 + 1) one.traffic.rates.connections = 900;
  });
  REQUIRE(eventually([&] {
    const std::string busiest = page(site, "?sort=rate&servers=no");
    return busiest.find(">web42<") < busiest.find(">web0<");
  }));
}

TEST_CASE("the page lets nothing run but its own script") {
  Site site(web(unchecked(2)));
  site.up();
  RawClient client(site.directory / "lvsd.sock");
  REQUIRE(client.connected());
  const std::string answer = client.ask(request("GET", "/"));
  const std::string head = answer.substr(0, answer.find("\r\n\r\n"));
  CHECK(has(head, "Content-Security-Policy: default-src 'none'; style-src 'sha256-"));
  CHECK(has(head, "frame-ancestors 'none'"));
  CHECK(has(head, "Content-Type: text/html; charset=utf-8"));
  CHECK_FALSE(has(head, "unsafe"));
}

TEST_CASE("a page of many services does not wait while the kernel is read") {
  std::atomic<bool> is_slow = false;
  std::atomic<bool> is_held = false;
  lvsd::test::Gate gate;
  Site site("global_defs {\n  audit_interval 600\n}\n" + many(100));
  site.fake.on_request = [&](lvsd::test::FakeRequest& asked) {
    if (is_slow && !asked.is_change) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (is_held) gate.hold();
  };
  site.up();
  is_slow = true;
  page(site);  // takes its time, and is kept for who asks next
  is_slow = false;
  is_held = true;
  REQUIRE(eventually([&] { return has(page(site), "web20") && gate.held == 1; }));
  CHECK(has(page(site), "web20"));
  CHECK(has(page(site), "counters of "));
  is_held = false;
  gate.open.release();
}
