#include "api/event_stream.h"

#include <utility>

#include "api/json.h"

namespace lvsd::api {

namespace {

constexpr std::size_t longest_line = 1048576;

}  // namespace

// JSON has no line ends, so one data line carries it.
void append_stream_event(std::string& out, const EventView& event) {
  out += "id: " + std::to_string(event.sequence) + "\nevent: " + event.event + "\ndata: ";
  append_item(out, event);
  out += "\n\n";
}

std::string stream_opening(std::uint64_t newest) {
  return "retry: 1000\nid: " + std::to_string(newest) + "\n\n";
}

bool EventStreamReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    rest_ += bytes.substr(0, end);
    if (rest_.size() > longest_line) return false;
    if (end == bytes.npos) return true;
    bytes.remove_prefix(end + 1);
    take_line(std::exchange(rest_, {}));
  }
  return true;
}

void EventStreamReader::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    if (!data_.empty()) take_(id_, std::exchange(data_, {}));
    return;
  }
  const auto colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") id_ = value;
  if (name != "data") return;
  if (!data_.empty()) data_ += '\n';
  data_ += value;
}

}  // namespace lvsd::api
