#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lvsd {

// Cuts a stream that arrives in pieces into lines, holding no more than a limit. A line ends with
// LF; a CR before it belongs to the end.
class LineReader {
 public:
  explicit LineReader(std::size_t most) : most_(most) {}

  // The next line, without its end, taken off the front of `bytes`; nothing: all of `bytes` was
  // taken and the line goes on, or is_overlong(). The line is valid until the next call.
  std::optional<std::string_view> line(std::string_view& bytes);

  // The line has exceeded the limit; there will be no more.
  bool is_overlong() const { return overlong_; }
  // Bytes of lines that were taken so far.
  std::size_t taken() const { return taken_; }

 private:
  std::size_t most_;
  std::size_t taken_ = 0;
  std::string begun_;   // what there is of a line whose end has not come
  bool given_ = false;  // `begun_` is the line that was handed out last
  bool overlong_ = false;
};

}  // namespace lvsd
