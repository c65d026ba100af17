// What a checker that a stranger has taken over says to the daemon: a stream of frames. Bytes after
// the first are the stream, cut into pieces of the first's size; and the same bytes as an order,
// and as settings, which a checker reads.
#include <chrono>
#include <cstdint>
#include <string_view>

#include "health/checker_messages.h"

using namespace lvsd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0];
  const Time now{std::chrono::hours(100)};
  FrameReader reader(most_from_checker);
  for (std::size_t at = 0; at < bytes.size() && !reader.is_broken(); at += piece) {
    reader.add(bytes.substr(at, piece));
    while (const auto frame = reader.next())
      from_checker(*frame, now);
  }
  from_checker(bytes, now);
  to_checker(bytes);
  unpacked(bytes);
  return 0;
}
