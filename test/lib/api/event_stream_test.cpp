#include "api/event_stream.h"

#include <catch2/catch.hpp>

#include "api/json.h"

using namespace lvsd::api;

namespace {

EventView down() {
  EventView view{.sequence = 42, .severity = "warning", .event = "server", .text = "a\nb"};
  view.time = *parse_moment("2026-08-20T14:20:02.118Z");
  view.service = "web";
  view.state = "DOWN";
  return view;
}

struct Told {
  std::string events;
  std::string id;
};

// What a reader makes of a stream that comes in pieces of `size` bytes.
Told told(const std::string& stream, std::size_t size) {
  Told out;
  EventStreamReader reader([&out](std::string_view id, std::string_view data) {
    out.events += std::string(id) + "=" + std::string(data) + ";";
  });
  for (std::size_t at = 0; at < stream.size(); at += size)
    REQUIRE(reader.feed(std::string_view(stream).substr(at, size)));
  out.id = reader.id();
  return out;
}

}  // namespace

TEST_CASE("an event of a stream has its number and kind and is one line of JSON") {
  std::string out;
  append_stream_event(out, down());
  CHECK(out ==
        "id: 42\nevent: server\n"
        R"(data: {"sequence":42,"time":"2026-08-20T14:20:02.118Z","severity":"warning",)"
        R"("event":"server","service":"web","server":null,"before":null,"state":"DOWN",)"
        R"("reason":null,"text":"a\nb"})"
        "\n\n");
}

TEST_CASE("a stream is read back wherever its pieces are cut") {
  std::string stream = stream_opening(41);
  stream += stream_heartbeat;
  append_stream_event(stream, down());
  stream += stream_heartbeat;
  const Told whole = told(stream, stream.size());
  CHECK(whole.id == "42");
  for (std::size_t size = 1; size < 9; ++size)
    CHECK(told(stream, size).events == whole.events);
  REQUIRE(whole.events.starts_with("42="));
  const auto event = item<EventView>(whole.events.substr(3, whole.events.size() - 4));
  REQUIRE(event.has_value());
  CHECK(*event == down());
}

TEST_CASE("a stream that ends before its first event has said where it stands") {
  CHECK(told(stream_opening(41), 3).id == "41");
  CHECK(told(stream_opening(41), 3).events.empty());
}

TEST_CASE("a stream may have other line ends and several lines of data and unknown fields") {
  CHECK(told("id:7\r\ndata:a\r\ndata: b\r\nweather: rain\r\nlonely\r\n\r\n", 4).events ==
        "7=a\nb;");
}

TEST_CASE("a line without an end is not kept for ever") {
  EventStreamReader reader([](auto, auto) {});
  const std::string much(600000, 'x');
  CHECK(reader.feed(much));
  CHECK_FALSE(reader.feed(much));
}
