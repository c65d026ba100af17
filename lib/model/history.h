#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "model/health.h"

namespace lvsd {

// What is kept of a result of a check, and shown.
struct PastResult {
  CheckResult result = CheckResult::socket_error;
  int code = 0;
  std::chrono::microseconds duration{};
  Time at;
  Phases phases;
  std::string text;
  std::optional<Address> source;
  std::string output;

  bool operator==(const PastResult&) const = default;
};

PastResult past_result(const Observation& seen);

// The last results of a check, for `lvsctl check history`. Ten thousand checks keep theirs, and
// nearly all of them passed without a new word: such a result takes some eight bytes.
class CheckHistory {
 public:
  static constexpr std::size_t most = 20;

  void add(const Observation& seen);

  std::size_t size() const { return size_; }
  // The `i`-th, counted from the newest; times in microseconds. REQUIRES: i < size().
  PastResult newest(std::size_t i = 0) const;

 private:
  void drop_oldest();

  // One result after the other, the newest at the end.
  std::string bytes_;
  Time at_;  // of the newest one
  std::uint8_t size_ = 0;
};

}  // namespace lvsd
