#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "health/line_reader.h"

namespace lvsd {

// Reads one HTTP/1 response (RFC 9112) that arrives in pieces, from a server that may send
// anything. Looks only at what a check judges by: the status, and where the body begins and ends.
// Nothing of the rest is kept, so a check costs no more memory than its longest broken line.
class HttpReader {
 public:
  // All lines together: status, header, chunk sizes, trailer.
  static constexpr std::size_t most_line_bytes = std::size_t{64} * 1024;

  // `body_limit`: what is read of the body. `of_head`: the request was a HEAD.
  HttpReader(std::uint64_t body_limit, bool of_head);

  // Takes bytes off the front of `bytes`, at least one where there are any and the response has not
  // ended. Returns what of them is body, decoded from chunks; often nothing. To be called until
  // `bytes` is empty or `has_ended`.
  std::string_view read(std::string_view& bytes);

  // The response is all there, or there is more of the body than the limit, or it is broken.
  bool has_ended() const { return state_ == State::complete || state_ == State::broken; }
  // Why it is not HTTP; empty: it is so far.
  std::string_view fault() const { return fault_; }

  bool has_begun() const { return begun_; }
  // The header is all there: status and reason are known.
  bool has_head() const { return state_ >= State::sized_body && state_ <= State::complete; }
  int status() const { return status_; }
  const std::string& reason() const { return reason_; }  // as sent
  bool is_cut() const { return cut_; }                   // at the limit
  std::uint64_t body_size() const { return body_size_; }
  // Of the header, where it stands there and counts.
  std::optional<std::uint64_t> content_length() const { return length_; }
  bool is_chunked() const { return chunked_; }
  // Whether the end of the connection is the end of the body, too.
  bool ends_with_connection() const { return state_ == State::endless_body; }

 private:
  enum class State : std::uint8_t {
    status_line,
    header,
    sized_body,
    endless_body,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    complete,
    broken,
  };

  void take_line(std::string_view line);
  void take_status(std::string_view line);
  void take_field(std::string_view line);
  void take_length(std::string_view value);
  void take_coding(std::string_view value);
  void take_chunk_size(std::string_view line);
  void begin_body();
  std::string_view take_body(std::string_view& bytes);
  void fail(std::string_view fault);

  const std::uint64_t body_limit_;
  const bool of_head_;
  LineReader lines_{most_line_bytes};
  State state_ = State::status_line;
  bool begun_ = false;
  bool chunked_ = false;
  bool cut_ = false;
  int status_ = 0;
  std::string reason_;
  std::optional<std::uint64_t> length_;
  std::uint64_t left_ = 0;  // of the sized body, or of the chunk
  std::uint64_t body_size_ = 0;
  std::string_view fault_;
};

}  // namespace lvsd
