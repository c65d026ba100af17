#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "api/event_views.h"

// text/event-stream (WHATWG HTML 9.2, server-sent events): how events are carried to whoever
// follows them, and read back.

namespace lvsd::api {

inline constexpr std::string_view event_stream_type = "text/event-stream";

// "id: …", "event: …", "data: {…}" and an empty line.
void append_stream_event(std::string& out, const EventView& event);
// Tells where the stream stands, so that one that is cut off before its first event is resumed
// there.
std::string stream_opening(std::uint64_t newest);
// What readers ignore, but by what they and we know that the other one is there.
inline constexpr std::string_view stream_heartbeat = ":\n\n";

// Takes a stream in pieces cut anywhere.
class EventStreamReader {
 public:
  // `data` is that of one event; `id` the last one named.
  using Take = std::function<void(std::string_view id, std::string_view data)>;

  explicit EventStreamReader(Take take) : take_(std::move(take)) {}

  // False: a line is longer than any event; nothing more is to be fed.
  bool feed(std::string_view bytes);

  const std::string& id() const { return id_; }

 private:
  void take_line(std::string_view line);

  Take take_;
  std::string rest_;  // of a line
  std::string id_;
  std::string data_;
};

}  // namespace lvsd::api
