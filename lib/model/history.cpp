#include "model/history.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
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
  says = 64,            // what the result before it says, or else
  says_else = 128,      // the next words
};

constexpr auto phase_parts =
    std::to_array<std::pair<Part, microseconds Phases::*>>({{has_resolve, &Phases::resolve},
                                                            {has_connect, &Phases::connect},
                                                            {has_tls, &Phases::tls},
                                                            {has_first_byte, &Phases::first_byte}});

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

std::uint8_t parts_of(const Observation& seen) {
  std::uint8_t parts = 0;
  if (seen.code != 0) parts |= has_code;
  for (const auto& [part, phase] : phase_parts)
    if (seen.phases.*phase != microseconds::zero()) parts |= part;
  if (seen.phases == Phases{.connect = seen.duration} && (parts & has_connect) != 0)
    parts = static_cast<std::uint8_t>((parts & ~has_connect) | connect_is_all);
  return parts;
}

// The result that ends before `end`; `at` and the words are for its reader to add.
struct Kept {
  PastResult past;
  std::uint8_t parts = 0;
  microseconds step{};  // from the result before it
  std::size_t begin = 0;
};

Kept kept_before(const std::string& bytes, std::size_t end) {
  Kept kept;
  std::size_t at = kept.begin = end - static_cast<std::uint8_t>(bytes[end - 1]);
  kept.past.result = static_cast<CheckResult>(bytes[at++]);
  kept.parts = static_cast<std::uint8_t>(bytes[at++]);
  if ((kept.parts & has_code) != 0) kept.past.code = static_cast<int>(number_at(bytes, at));
  kept.step = span(number_at(bytes, at));
  kept.past.duration = span(number_at(bytes, at));
  for (const auto& [part, phase] : phase_parts)
    if ((kept.parts & part) != 0) kept.past.phases.*phase = span(number_at(bytes, at));
  if ((kept.parts & connect_is_all) != 0) kept.past.phases.connect = kept.past.duration;
  return kept;
}

}  // namespace

void CheckHistory::add(const Observation& seen) {
  if (size_ == most) drop_oldest();
  std::uint8_t parts = parts_of(seen);
  if (Words words{seen.text, seen.source, seen.output}; words != Words{}) {
    parts |= says;
    if (words_.empty() || words_.back() != words) {
      parts |= says_else;
      words_.push_back(std::move(words));
    }
  }
  const Time at = std::max<Time>(at_, std::chrono::time_point_cast<microseconds>(seen.at));
  const std::size_t begin = bytes_.size();
  bytes_ += static_cast<char>(seen.result);
  bytes_ += static_cast<char>(parts);
  if ((parts & has_code) != 0) put(bytes_, static_cast<std::uint32_t>(seen.code));
  put(bytes_, size_ == 0 ? 0 : count(std::chrono::duration_cast<microseconds>(at - at_)));
  put(bytes_, count(seen.duration));
  for (const auto& [part, phase] : phase_parts)
    if ((parts & part) != 0) put(bytes_, count(seen.phases.*phase));
  bytes_ += static_cast<char>(bytes_.size() - begin + 1);
  at_ = at;
  ++size_;
}

// Words go with the last result that says them.
void CheckHistory::drop_oldest() {
  std::size_t end = bytes_.size();
  std::size_t said = 1;  // by those that stay; what the oldest of them says may be older
  for (std::size_t i = 0; i + 1 < size_; ++i) {
    const Kept kept = kept_before(bytes_, end);
    if ((kept.parts & says_else) != 0) ++said;
    end = kept.begin;
  }
  bytes_.erase(0, end);
  if (words_.size() > said)
    words_.erase(words_.begin(), words_.end() - static_cast<std::ptrdiff_t>(said));
  --size_;
}

PastResult CheckHistory::newest(std::size_t i) const {
  assert(i < size_);
  std::size_t end = bytes_.size();
  std::size_t said_later = 0;
  Time at = at_;
  Kept kept = kept_before(bytes_, end);
  for (std::size_t passed = 0; passed < i; ++passed) {
    if ((kept.parts & says_else) != 0) ++said_later;
    at -= kept.step;
    kept = kept_before(bytes_, kept.begin);
  }
  kept.past.at = at;
  if ((kept.parts & says) != 0) {
    const Words& words = words_[words_.size() - 1 - said_later];
    kept.past.text = words.text;
    kept.past.source = words.source;
    kept.past.output = words.output;
  }
  return kept.past;
}

}  // namespace lvsd
