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

TEST_CASE("a filter that holds for few events is asked about some hundred at a time") {
  boost::asio::io_context loop;
  EventBook book(loop.get_executor(), 1);
  for (int i = 0; i < 10000; ++i)
    book.note(Level::notice, i % 3000 == 0 ? "rare" : "common", subject);
  api::EventQuery query;
  query.filter.terms = *api::filter_of<api::EventView>("text=rare");
  const api::Response answer = book.list(api::Head{}, query);
  std::string body = answer.body;
  int pieces = 0;
  for (auto piece = next(*answer.pieces); piece; piece = next(*answer.pieces), ++pieces)
    body += *piece;
  CHECK(pieces >= 10);
  const auto list = api::document<std::vector<api::EventView>>(body);
  REQUIRE(list.has_value());
  CHECK(list->view.size() == 4);
}
