#include "health/http_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/parse_number.h"

namespace lvsd {

namespace {

constexpr std::size_t most_reason_bytes = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 9110 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [marks](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || marks.find(c) != marks.npos;
  });
}

}  // namespace

HttpReader::HttpReader(std::uint64_t body_limit, bool of_head)
    : body_limit_(body_limit), of_head_(of_head) {}

std::string_view HttpReader::read(std::string_view& bytes) {
  if (bytes.empty()) return {};
  begun_ = true;
  switch (state_) {
    case State::sized_body:
    case State::endless_body:
    case State::chunk:
      return take_body(bytes);
    case State::complete:
    case State::broken:
      return {};
    case State::status_line:
    case State::header:
    case State::chunk_size:
    case State::chunk_end:
    case State::trailer:
      break;
  }
  const auto line = lines_.line(bytes);
  if (line) take_line(*line);
  if (lines_.is_overlong() || lines_.taken() > most_line_bytes) fail("the header is too long");
  return {};
}

void HttpReader::take_line(std::string_view line) {
  switch (state_) {
    case State::status_line:
      return take_status(line);
    case State::header:
      return take_field(line);
    case State::chunk_size:
      return take_chunk_size(line);
    case State::chunk_end:
      state_ = State::chunk_size;
      if (!line.empty()) fail("a chunk is longer than its size");
      return;
    case State::trailer:
      if (line.empty()) state_ = State::complete;
      return;
    case State::sized_body:
    case State::endless_body:
    case State::chunk:
    case State::complete:
    case State::broken:
      return;
  }
}

// "HTTP/1.1 200 OK"; the reason may be absent, with or without its blank.
void HttpReader::take_status(std::string_view line) {
  constexpr std::size_t code_at = std::string_view("HTTP/1.x ").size();
  const bool version = line.starts_with("HTTP/") && line.size() >= code_at + 3 &&
                       is_digit(line[5]) && line[6] == '.' && is_digit(line[7]) && line[8] == ' ';
  if (!version) return fail("the answer is not HTTP");
  const auto status = parse_number<std::uint16_t>(line.substr(code_at, 3));
  const std::string_view rest = line.substr(code_at + 3);
  if (!status || *status < 100 || (!rest.empty() && rest[0] != ' '))
    return fail("the answer has no status");
  status_ = *status;
  reason_ = trimmed(rest).substr(0, most_reason_bytes);
  state_ = State::header;
}

void HttpReader::take_field(std::string_view line) {
  if (line.empty()) return begin_body();
  // Continuation of the field before (RFC 9112 5.2), never of one that we read: see take_length.
  if (line[0] == ' ' || line[0] == '\t') return;
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == line.npos || !is_token(name)) return fail("the header has a line without a field");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equal_in_any_case(name, "content-length")) take_length(value);
  if (equal_in_any_case(name, "transfer-encoding")) take_coding(value);
}

void HttpReader::take_length(std::string_view value) {
  const auto length = parse_number<std::uint64_t>(value);
  if (!length) return fail("the content length is not a number");
  if (length_ && *length_ != *length) return fail("there are two content lengths");
  if (chunked_) return fail("there is a content length beside chunks");
  length_ = length;
}

// We offered no coding, so the only one to come is "chunked", which HTTP/1.1 may always use.
void HttpReader::take_coding(std::string_view value) {
  if (equal_in_any_case(value, "identity")) return;
  if (!equal_in_any_case(value, "chunked") || chunked_)
    return fail("the body is in a coding that was not asked for");
  if (length_) return fail("there is a content length beside chunks");
  chunked_ = true;
}

void HttpReader::begin_body() {
  if (status_ < 200 && status_ != 101) {  // 100 Continue and its like come before the answer
    state_ = State::status_line;
    length_.reset();
    chunked_ = false;
  } else if (of_head_ || status_ == 204 || status_ == 304 || length_ == 0) {
    state_ = State::complete;
  } else if (chunked_) {
    state_ = State::chunk_size;
  } else if (length_) {
    left_ = *length_;
    state_ = State::sized_body;
  } else {
    state_ = State::endless_body;
  }
}

// Hexadecimal, then perhaps extensions after a semicolon.
void HttpReader::take_chunk_size(std::string_view line) {
  const std::string_view digits = trimmed(line.substr(0, line.find(';')));
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, left_, 16);
  if (error != std::errc{} || stopped != end) return fail("a chunk has no size");
  state_ = left_ == 0 ? State::trailer : State::chunk;
}

std::string_view HttpReader::take_body(std::string_view& bytes) {
  std::uint64_t take = bytes.size();
  if (state_ != State::endless_body) take = std::min(take, left_);
  take = std::min(take, body_limit_ - body_size_);
  const std::string_view piece = bytes.substr(0, take);
  bytes.remove_prefix(take);
  body_size_ += take;
  if (state_ != State::endless_body) left_ -= take;

  const bool is_over = state_ != State::endless_body && left_ == 0;
  if (is_over) {
    state_ = state_ == State::chunk ? State::chunk_end : State::complete;
  } else if (body_size_ == body_limit_) {
    // A body that ends exactly at the limit and says so was complete above.
    cut_ = true;
    state_ = State::complete;
  }
  return piece;
}

void HttpReader::fail(std::string_view fault) {
  state_ = State::broken;
  if (fault_.empty()) fault_ = fault;
}

}  // namespace lvsd
