#include "api/event_ring.h"

#include <catch2/catch.hpp>
#include <deque>
#include <random>

using namespace lvsd::api;

namespace {

constexpr std::uint64_t first = 5000000;

EventView event(std::string text, std::string severity = "info", std::string service = "web") {
  EventView view{.severity = std::move(severity), .event = "server", .text = std::move(text)};
  view.time = *parse_moment("2026-08-20T14:20:02Z");
  if (!service.empty()) view.service = std::move(service);
  return view;
}

EventRing ring_of(std::size_t capacity, int count) {
  EventRing ring(capacity, first);
  for (int i = 0; i < count; ++i)
    ring.append(event(std::to_string(i)));
  return ring;
}

// The texts of what a query finds: "3 4 5"; a gap is "gap". Looks at `most` events at a time.
std::string found(const EventRing& ring, const EventQuery& query, std::uint64_t most = 1) {
  std::string out;
  auto from = ring.beginning(query);
  while (!ring.seek(from, query.filter, most)) {
  }
  std::uint64_t after = from.after;
  if (ring.gap(after, {})) out += "gap ";
  while (const EventView* next = ring.next(after, query.filter))
    out += next->text + " ";
  return out;
}

EventQuery words(const Words& query) {
  return std::get<EventQuery>(event_query(query));
}
std::string refusal(const Words& query) {
  return std::get<ProblemView>(event_query(query)).detail;
}

}  // namespace

TEST_CASE("a ring keeps the last events and numbers them without a hole") {
  const EventRing ring = ring_of(3, 7);
  CHECK(found(ring, {}) == "4 5 6 ");
  CHECK(ring.newest() == first + 6);
  std::uint64_t after = 0;
  CHECK(ring.next(after, {})->sequence == first + 4);
  CHECK(after == first + 4);
  CHECK(found(ring_of(3, 0), {}).empty());
}

TEST_CASE("a reading goes on after the number it was told and loses nothing") {
  const EventRing ring = ring_of(5, 5);
  CHECK(found(ring, {.filter = {}, .after = first + 2, .limit = {}}) == "3 4 ");
  CHECK(found(ring, {.filter = {}, .after = first + 4, .limit = {}}).empty());
  CHECK(found(ring, {.filter = {}, .after = 0, .limit = {}}) == "0 1 2 3 4 ");
}

TEST_CASE("who comes back too late is told that events are missing") {
  const EventRing ring = ring_of(3, 7);
  CHECK(found(ring, {.filter = {}, .after = first + 2, .limit = {}}) == "gap 4 5 6 ");
  CHECK(found(ring, {.filter = {}, .after = first + 3, .limit = {}}) == "4 5 6 ");
  // Of an earlier lvsd, or of one whose clock was ahead.
  CHECK(found(ring, {.filter = {}, .after = first - 900, .limit = {}}) == "gap 4 5 6 ");
  CHECK(found(ring, {.filter = {}, .after = first + 900, .limit = {}}) == "gap 4 5 6 ");
  std::uint64_t after = first + 1;
  const auto gap = ring.gap(after, {});
  REQUIRE(gap.has_value());
  CHECK(gap->event == "gap");
  CHECK(gap->sequence == first + 3);
  CHECK(after == first + 3);
}

TEST_CASE("a limit means the last ones that match") {
  EventRing ring(10, first);
  for (int i = 0; i < 6; ++i)
    ring.append(event(std::to_string(i), i % 2 == 0 ? "warning" : "info"));
  CHECK(found(ring, {.filter = {}, .after = {}, .limit = 2}) == "4 5 ");
  CHECK(found(ring, {.filter = {.severity = "warning"}, .after = {}, .limit = 2}) == "2 4 ");
  CHECK(found(ring, {.filter = {}, .after = {}, .limit = 0}).empty());
  CHECK(found(ring, {.filter = {}, .after = {}, .limit = 100}) == "0 1 2 3 4 5 ");
}

TEST_CASE("a filter goes by service and server and kind and severity and time") {
  EventView seen = event("x", "warning");
  seen.server = "web01";
  CHECK(matches({}, seen));
  CHECK(matches({.services = {"mail", "web"}}, seen));
  CHECK_FALSE(matches({.services = {"mail"}}, seen));
  CHECK_FALSE(matches({.services = {"web"}}, event("x", "info", "")));
  CHECK(matches({.server = "web01"}, seen));
  CHECK_FALSE(matches({.server = "web02"}, seen));
  CHECK(matches({.event = "server"}, seen));
  CHECK_FALSE(matches({.event = "drift"}, seen));
  CHECK(matches({.severity = "notice"}, seen));
  CHECK(matches({.severity = "warning"}, seen));
  CHECK_FALSE(matches({.severity = "error"}, seen));
  CHECK(matches({.since = parse_moment("2026-08-20T14:20:02Z")}, seen));
  CHECK_FALSE(matches({.since = parse_moment("2026-08-20T14:20:03Z")}, seen));
  const auto terms = [](const char* text) { return words({{"filter", text}}).filter; };
  CHECK(matches(terms("server=web01 && severity!=error"), seen));
  CHECK_FALSE(matches(terms("server=web01 && severity=error"), seen));
}

TEST_CASE("the words of a query are read or refused by name") {
  const EventQuery query = words({{"after", "7"},
                                  {"limit", "2"},
                                  {"since", "2026-08-20T14:20:02Z"},
                                  {"service", "web"},
                                  {"server", "web01"},
                                  {"event", "drift"},
                                  {"severity", "error"}});
  CHECK(query.after == 7);
  CHECK(query.limit == 2);
  CHECK(query.filter.since == parse_moment("2026-08-20T14:20:02Z"));
  CHECK(query.filter.services == std::vector<std::string>{"web"});
  CHECK(query.filter.server == "web01");
  CHECK(query.filter.event == "drift");
  CHECK(query.filter.severity == "error");
  CHECK(refusal({{"after", "-1"}}) == "after: not a whole number");
  CHECK(refusal({{"limit", "x"}}) == "limit: not a whole number");
  CHECK(refusal({{"since", "yesterday"}}) == "since: not a time as RFC 3339 has it");
  CHECK(refusal({{"filter", "state="}}).starts_with("filter: column "));
  CHECK(refusal({{"filter", "colour=red"}}) == "filter: there is no field 'colour'");
  CHECK(refusal({{"event", "weather"}}) == "event: there are no events of 'weather'");
  CHECK(refusal({{"severity", "bad"}}) ==
        "severity: debug, info, notice, warning, error or critical");
}

TEST_CASE("whatever is added and asked a ring answers as a list of all events would") {
  constexpr unsigned seed = 20261120;
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int round = 0; round < 300; ++round) {
    const std::size_t capacity = 1 + random() % 20;
    EventRing ring(capacity, first);
    std::deque<std::pair<std::uint64_t, bool>> all;  // number, is a warning
    for (auto left = random() % 60; left > 0; --left) {
      const bool warns = random() % 3 == 0;
      ring.append(event("e", warns ? "warning" : "info"));
      all.emplace_back(first + all.size(), warns);
    }
    const std::uint64_t after = first - 1 + random() % 61;
    const bool filtered = random() % 2 == 0;
    std::vector<std::uint64_t> expected;
    const std::size_t lost = all.size() - std::min(all.size(), capacity);
    for (std::size_t i = lost; i < all.size(); ++i)
      if ((all[i].first > after || after > ring.newest()) && (!filtered || all[i].second))
        expected.push_back(all[i].first);
    std::vector<std::uint64_t> actual;
    std::uint64_t at = after;
    const bool has_gap = ring.gap(at, {}).has_value();
    CHECK(has_gap == (after + 1 < first + lost || after > ring.newest()));
    EventFilter filter;
    if (filtered) filter.severity = "warning";
    while (const EventView* next = ring.next(at, filter))
      actual.push_back(next->sequence);
    CHECK(actual == expected);
    CHECK(at == ring.newest());
  }
}
