#include "model/history.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

namespace lvsd {

PastResult past_result(const Observation& seen) {
  return {.result = seen.result,
          .code = seen.code,
          .duration = seen.duration,
          .at = seen.at,
          .phases = seen.phases,
          .text = seen.text,
          .source = seen.source,
          .output = seen.output};
}

namespace {

using std::chrono::microseconds;

// What is behind a result's two first bytes, in this order. A number that is not there is 0.
enum Part : std::uint8_t {
  has_code = 1,
  has_resolve = 2,
  has_connect = 4,
  has_tls = 8,
  has_first_byte = 16,
  connect_is_all = 32,  // of its duration: nearly all TCP checks
  says_words = 64,
  says_the_same = 128,  // as the result before it, which has the words
};

constexpr auto phase_parts =
    std::to_array<std::pair<Part, microseconds Phases::*>>({{has_resolve, &Phases::resolve},
                                                            {has_connect, &Phases::connect},
                                                            {has_tls, &Phases::tls},
                                                            {has_first_byte, &Phases::first_byte}});

constexpr std::size_t growth = 32;  // bytes; ten thousand checks have what they need and no more

// More than checkers say.
constexpr std::size_t most_text = 4096;
constexpr std::size_t most_output = 16384;

// Seven bits a byte, the lowest first.
void put(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7)
    out += static_cast<char>(0x80 | (number & 0x7f));
  out += static_cast<char>(number);
}

std::uint64_t number_at(const std::string& bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
}

std::uint64_t count(microseconds span) {
  return static_cast<std::uint64_t>(std::max<microseconds::rep>(span.count(), 0));
}

microseconds span(std::uint64_t count) {
  return microseconds(static_cast<microseconds::rep>(count));
}

std::uint8_t parts_of(const PastResult& past) {
  std::uint8_t parts = 0;
  if (past.code != 0) parts |= has_code;
  for (const auto& [part, phase] : phase_parts)
    if (past.phases.*phase != microseconds::zero()) parts |= part;
  if (past.phases == Phases{.connect = past.duration} && (parts & has_connect) != 0)
    parts = static_cast<std::uint8_t>((parts & ~has_connect) | connect_is_all);
  return parts;
}

void put(std::string& out, std::string_view text) {
  put(out, std::uint64_t{text.size()});
  out += text;
}

std::string text_at(const std::string& bytes, std::size_t& at) {
  const auto size = static_cast<std::size_t>(number_at(bytes, at));
  at += size;
  return bytes.substr(at - size, size);
}

bool says_something(const PastResult& past) {
  return !past.text.empty() || past.source || !past.output.empty();
}

bool say_the_same(const PastResult& a, const PastResult& b) {
  return std::tie(a.text, a.source, a.output) == std::tie(b.text, b.source, b.output);
}

void put_words(std::string& out, const PastResult& past) {
  put(out, std::string_view(past.text).substr(0, most_text));
  out += static_cast<char>(past.source.has_value());
  if (past.source) {
    out += static_cast<char>(past.source->family);
    for (const std::uint8_t byte : past.source->bytes)
      out += static_cast<char>(byte);
  }
  put(out, std::string_view(past.output).substr(0, most_output));
}

void get_words(const std::string& bytes, std::size_t at, PastResult& past) {
  past.text = text_at(bytes, at);
  if (bytes[at++] != 0) {
    Address& source = past.source.emplace();
    source.family = static_cast<Family>(bytes[at++]);
    for (std::uint8_t& byte : source.bytes)
      byte = static_cast<std::uint8_t>(bytes[at++]);
  }
  past.output = text_at(bytes, at);
}

std::size_t end_of_words(const std::string& bytes, std::size_t at) {
  const auto text = static_cast<std::size_t>(number_at(bytes, at));
  at += text;
  if (bytes[at++] != 0) at += 1 + sizeof Address::bytes;
  const auto output = static_cast<std::size_t>(number_at(bytes, at));
  return at + output;
}

// A result in the bytes; its time and words are for its reader to add.
struct Kept {
  PastResult past;
  std::uint8_t parts = 0;
  microseconds step{};    // from the result before it
  std::size_t words = 0;  // where they stand, if it has them
  std::size_t end = 0;
};

Kept kept_at(const std::string& bytes, std::size_t at) {
  Kept kept;
  kept.past.result = static_cast<CheckResult>(bytes[at++]);
  kept.parts = static_cast<std::uint8_t>(bytes[at++]);
  if ((kept.parts & has_code) != 0) kept.past.code = static_cast<int>(number_at(bytes, at));
  kept.step = span(number_at(bytes, at));
  kept.past.duration = span(number_at(bytes, at));
  for (const auto& [part, phase] : phase_parts)
    if ((kept.parts & part) != 0) kept.past.phases.*phase = span(number_at(bytes, at));
  if ((kept.parts & connect_is_all) != 0) kept.past.phases.connect = kept.past.duration;
  kept.words = at;
  kept.end = (kept.parts & says_words) != 0 ? end_of_words(bytes, at) : at;
  return kept;
}

std::string bytes_of(const PastResult& past, std::uint8_t parts, microseconds step) {
  std::string out;
  out += static_cast<char>(past.result);
  out += static_cast<char>(parts);
  if ((parts & has_code) != 0) put(out, static_cast<std::uint32_t>(past.code));
  put(out, count(step));
  put(out, count(past.duration));
  for (const auto& [part, phase] : phase_parts)
    if ((parts & part) != 0) put(out, count(past.phases.*phase));
  if ((parts & says_words) != 0) put_words(out, past);
  return out;
}

}  // namespace

void CheckHistory::add(const Observation& seen) {
  const PastResult past = past_result(seen);
  std::uint8_t parts = parts_of(past);
  if (says_something(past))
    parts |= size_ != 0 && say_the_same(past, newest()) ? says_the_same : says_words;
  if (size_ == most) drop_oldest();
  const Time at = std::max<Time>(at_, std::chrono::time_point_cast<microseconds>(past.at));
  const auto step =
      size_ == 0 ? microseconds() : std::chrono::duration_cast<microseconds>(at - at_);
  const std::string bytes = bytes_of(past, parts, step);
  if (bytes_.size() + bytes.size() > bytes_.capacity())
    bytes_.reserve(bytes_.size() + std::max(bytes.size(), growth));
  bytes_ += bytes;
  at_ = at;
  ++size_;
}

// What it said is for the next one to say, where that says the same.
void CheckHistory::drop_oldest() {
  const Kept oldest = kept_at(bytes_, 0);
  const Kept next = kept_at(bytes_, oldest.end);
  if ((next.parts & says_the_same) != 0) {
    const auto parts = static_cast<std::uint8_t>((next.parts & ~says_the_same) | says_words);
    bytes_[oldest.end + 1] = static_cast<char>(parts);
    bytes_.insert(next.end, bytes_, oldest.words, oldest.end - oldest.words);
  }
  bytes_.erase(0, oldest.end);
  --size_;
}

PastResult CheckHistory::newest(std::size_t i) const {
  assert(i < size_);
  Kept kept;
  std::size_t words = 0;
  for (std::size_t number = i; number < size_; ++number) {
    kept = kept_at(bytes_, kept.end);
    if ((kept.parts & says_words) != 0) words = kept.words;
  }
  if ((kept.parts & (says_words | says_the_same)) != 0) get_words(bytes_, words, kept.past);
  kept.past.at = at_;
  for (std::size_t at = kept.end; at < bytes_.size();) {
    const Kept later = kept_at(bytes_, at);
    kept.past.at -= later.step;
    at = later.end;
  }
  return std::move(kept.past);
}

}  // namespace lvsd
