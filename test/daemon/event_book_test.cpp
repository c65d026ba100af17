#include "daemon/event_book.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/json.h"

using namespace lvsd;

namespace {

const EventSubject subject{.kind = EventKind::reload};

std::optional<std::string> next(api::Pieces& pieces) {
  std::optional<std::string> out;
  pieces.next([&out](std::optional<std::string> piece) { out = std::move(piece); });
  return out;
}

// The texts of a list, where an event called `late` happens before its piece of that number.
std::vector<std::string> texts(EventBook& book, int late_before) {
  const api::Response answer = book.list(api::Head{}, api::EventQuery{});
  std::string body = answer.body;
  int number = 0;
  for (;;) {
    if (number++ == late_before) book.note(Level::notice, "late", subject);
    const auto piece = next(*answer.pieces);
    if (!piece) break;
    body += *piece;
  }
  const auto list = api::document<std::vector<api::EventView>>(body);
  REQUIRE(list.has_value());
  std::vector<std::string> out;
  for (const api::EventView& event : list->view)
    out.push_back(event.text);
  return out;
}

}  // namespace

TEST_CASE("a list of events is the same and whole whenever another one happens meanwhile") {
  boost::asio::io_context loop;
  for (int late_before = 0; late_before < 4; ++late_before) {
    EventBook book(loop.get_executor(), 1);
    book.note(Level::notice, "first", subject);
    INFO("before piece " << late_before);
    CHECK(texts(book, late_before) == std::vector<std::string>{"first"});
  }
}

TEST_CASE("a list of no events stays one of none while others happen") {
  boost::asio::io_context loop;
  for (int late_before = 0; late_before < 3; ++late_before) {
    EventBook book(loop.get_executor(), 1);
    INFO("before piece " << late_before);
    CHECK(texts(book, late_before).empty());
  }
}

namespace {

// Of 10,000 events four are rare: those a list of the rare ones has, and in how many pieces.
struct RareEvents {
  std::vector<api::EventView> events;
  int pieces = 0;
};
RareEvents rare_events(std::optional<std::uint64_t> limit) {
  boost::asio::io_context loop;
  EventBook book(loop.get_executor(), 1);
  for (int i = 0; i < 10000; ++i)
    book.note(Level::notice, i % 3000 == 0 ? "rare" : "common", subject);
  api::EventQuery query{.filter = {}, .after = {}, .limit = limit};
  query.filter.terms = *api::filter_of<api::EventView>("text=rare");
  const api::Response answer = book.list(api::Head{}, query);
  std::string body = answer.body;
  RareEvents found;
  for (auto piece = next(*answer.pieces); piece; piece = next(*answer.pieces), ++found.pieces)
    body += *piece;
  found.events = api::document<std::vector<api::EventView>>(body).value().view;
  return found;
}

}  // namespace

TEST_CASE("a filter that holds for few events is asked about some hundred at a time") {
  const RareEvents all = rare_events(std::nullopt);
  CHECK(all.events.size() == 4);
  CHECK(all.pieces >= 10);
}

TEST_CASE("the last of few events are looked for some hundred at a time") {
  const RareEvents last = rare_events(2);
  REQUIRE(last.events.size() == 2);
  CHECK(last.events[0].sequence == 6001);
  CHECK(last.pieces >= 5);
  CHECK(rare_events(5).events.size() == 4);
}
