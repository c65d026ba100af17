#include "api/status_page.h"

#include <catch2/catch.hpp>
#include <regex>

#include "api/html.h"
#include "api/page_tables.h"

using namespace lvsd::api;

namespace {

const Moment noon = *parse_moment("2026-08-20T12:00:00Z");

ServerSample server(const std::string& name, const std::string& state) {
  ServerSample sample;
  sample.view.service = "web";
  sample.view.server = name;
  sample.view.endpoint = {*lvsd::parse_address("10.0.0.2"), 80};
  sample.view.role = "primary";
  sample.view.state = state;
  sample.view.health.state = "up";
  sample.view.weight = {.config = 10, .wanted = 10, .kernel = 10};
  sample.life = LifeSample{.changes = 3, .downtime_seconds = 65};
  return sample;
}

StatusPage page_of(std::vector<ServerSample> servers) {
  ServiceSample service;
  service.view.service = "web";
  service.view.scheduler = "wlc";
  service.view.forwarding = "NAT";
  service.view.state = "UP";
  service.view.pool = "primary";
  service.servers = std::move(servers);
  StatusPage page{.head = {.time = noon, .generation = 7}};
  page.status.host = "lb1";
  page.status.state = "OK";
  page.services.push_back(std::move(service));
  page.found = 1;
  page.up = 1;
  return page;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

Words words(std::initializer_list<std::pair<const std::string, std::string>> pairs) {
  return Words(pairs.begin(), pairs.end());
}

PageQuery query_of(const Words& words) {
  const auto query = page_query(words);
  REQUIRE(std::holds_alternative<PageQuery>(query));
  return std::get<PageQuery>(query);
}

}  // namespace

TEST_CASE("what strangers wrote cannot become markup and turns no text around") {
  CHECK(escaped("<script>alert('x')</script>") ==
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  CHECK(escaped("\" onload=\"x") == "&quot; onload=&quot;x");
  CHECK(escaped("a\n\x1b[2J\xe2\x80\xae"
                "b\xff") == "a\\n\\x1b[2J\\u202eb\\xff");
  CHECK(escaped("größer &") == "größer &amp;");
}

TEST_CASE("a hostile text is shown wherever it may stand and is nowhere markup") {
  const std::string evil = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";
  StatusPage page = page_of({server(evil, evil)});
  auto& view = page.services[0].servers[0].view;
  view.service = evil;
  view.reason = evil;
  view.admin = {.state = "drain", .user = evil, .reason = evil};
  view.role = evil;
  view.health.last = CheckResultView{.result = evil, .text = evil};
  page.services[0].view.service = evil;
  page.services[0].view.scheduler = evil;
  page.services[0].view.state = evil;
  page.status.host = evil;
  page.status.version = evil;
  page.status.state = evil;
  page.status.kernel.error = evil;
  page.status.attention = {{"error", evil, evil, noon}};
  page.attention = 2;
  page.events = {{.sequence = 1, .time = noon, .severity = evil, .event = "server", .text = evil}};
  page.query = {.service = evil, .filter = evil, .open = row_key(view)};
  page.checks = {{.kind = evil, .target = evil, .state = evil}};
  page.checks[0].results.push_back(
      {.result = {.result = evil, .text = evil}, .verdict = evil, .at = noon, .output = evil});
  page.problem = evil;
  page.may_write = true;
  for (const bool is_brief : {false, true}) {
    page.query.brief = is_brief;
    const std::string text = html(page);
    CHECK(count(text, "<script") == 1);  // ours
    CHECK(count(text, "<img") == 0);
    CHECK(has(text, "&quot;&gt;&lt;script&gt;alert(1)"));
  }
}

TEST_CASE("a page says in words and shapes what it says in colours") {
  const std::string text =
      html(page_of({server("web01", "ACTIVE"), server("web02", "DRAINING"), server("web03", "DOWN"),
                    server("web04", "WARMING 40%"), server("web05", "STANDBY")}));
  CHECK(has(text, "<span class=\"state good\"><span aria-hidden=\"true\">●</span> ACTIVE</span>"));
  CHECK(has(text, "<span class=\"state drain\"><span aria-hidden=\"true\">▼</span> DRAINING"));
  CHECK(has(text, "<span class=\"state bad\"><span aria-hidden=\"true\">✖</span> DOWN"));
  CHECK(has(text, "<span aria-hidden=\"true\">◐</span> WARMING 40%"));
  CHECK(has(text, "<span aria-hidden=\"true\">■</span> STANDBY"));
  CHECK(has(text, "<td class=\"number\" data-label=\"Flaps\">3</td>"));
  CHECK(has(text, "<td class=\"number\" data-label=\"Down\">1m5s</td>"));
}

TEST_CASE("a page asks for nothing else and carries nothing its policy forbids") {
  StatusPage page = page_of({server("web01", "ACTIVE")});
  page.may_write = true;
  const std::string text = html(page);
  // Style and script are the two that the policy names by their hashes.
  CHECK_FALSE(std::regex_search(text, std::regex("<[^>]* (style|on[a-z]+)=")));
  CHECK_FALSE(std::regex_search(text, std::regex("(src|href|action)=\"[a-z]*:?//")));
  CHECK(count(text, "<link ") == 1);
  CHECK(has(text, "<link rel=\"icon\" href=\"data:,\">"));
  // What would end them early.
  CHECK(page_assets().style.find("</") == std::string_view::npos);
  CHECK(page_assets().script.find("</") == std::string_view::npos);
  CHECK(page_assets().script.find("<!--") == std::string_view::npos);
}

TEST_CASE("changes are offered only where they are taken") {
  StatusPage page = page_of({server("web01", "ACTIVE")});
  CHECK_FALSE(has(html(page), "data-wish=\""));
  CHECK_FALSE(has(html(page), "<dialog"));
  page.may_write = true;
  CHECK(has(html(page), "data-path=\"/api/v1/services/web/servers/web01/drain\""));
  CHECK(has(html(page), "data-path=\"/api/v1/services/web/servers/web01/weight\""));
  page.services[0].servers[0].view.admin.state = "drain";
  CHECK(has(html(page), "data-path=\"/api/v1/services/web/servers/web01/enable\""));
  CHECK_FALSE(has(html(page), "servers/web01/drain"));
  page.services[0].servers[0].view.role = "sorry";
  CHECK_FALSE(has(html(page), "data-wish=\""));
}

TEST_CASE("what a page shows has an address that leads back to it") {
  const PageQuery all;
  CHECK(link(all) == "/");
  CHECK(query_of({}) == all);
  const PageQuery some{.service = "a b/&c",
                       .filter = "state!=ACTIVE && x~\"^w\"",
                       .open = "web/web01 backup",
                       .order = PageOrder::worst,
                       .brief = true,
                       .page = 3,
                       .refresh = 5};
  const auto routed_there = routed({.method = Method::get, .target = link(some)}, Writers{});
  REQUIRE(std::holds_alternative<Call>(routed_there));
  CHECK(std::get<Call>(routed_there).action == Action::page);
  CHECK(query_of(std::get<Call>(routed_there).query) == some);
}

TEST_CASE("words of a page that mean nothing are refused") {
  for (const auto& wrong : {words({{"page", "x"}}), words({{"page", "-1"}}),
                            words({{"sort", "colour"}}), words({{"refresh", "99999"}})})
    CHECK(std::holds_alternative<ProblemView>(page_query(wrong)));
  CHECK(query_of(words({{"page", "0"}})).page == 1);
}

TEST_CASE("a long list is told in pages that lead to each other") {
  StatusPage page = page_of({});
  page.found = 5000;
  page.query.page = 2;
  page.query.filter = "web";
  const std::string text = html(page);
  CHECK(has(text, "page 2 of 200"));
  CHECK(has(text, "<a href=\"/?filter=web\" data-part>previous</a>"));
  CHECK(has(text, "<a href=\"/?filter=web&amp;page=3\" data-part>next</a>"));
  CHECK(has(text, "<a href=\"/?filter=web&amp;page=200\" data-part>last</a>"));
}

TEST_CASE("of a check the last twenty results are shown") {
  StatusPage page = page_of({server("web01", "ACTIVE"), server("web02", "ACTIVE")});
  page.query.open = "web/web02";
  page.checks = {{.kind = "TCP_CHECK", .target = "10.0.0.2:80", .interval_seconds = 5}};
  for (int i = 0; i < 30; ++i)
    page.checks[0].results.push_back(
        {.result = {.result = "L4OK", .text = "number " + std::to_string(i)}, .verdict = "pass"});
  const std::string text = html(page);
  CHECK(count(text, ">number ") == results_shown);
  CHECK(count(text, "aria-expanded=\"true\"") == 1);
  CHECK(text.find("web02</a>") < text.find("TCP_CHECK 10.0.0.2:80"));
}
