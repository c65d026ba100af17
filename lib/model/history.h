#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

// The last results of a check, for `lvsctl check history`. Ten thousand checks keep theirs, and
// nearly all of them passed without a new word: such a result takes 56 bytes.
class CheckHistory {
 public:
  static constexpr std::size_t most = 20;

  void add(const Observation& seen);

  std::size_t size() const { return results_.size(); }
  // The `i`-th, counted from the newest. REQUIRES: i < size().
  PastResult newest(std::size_t i = 0) const;

 private:
  struct Words {
    std::string text;
    std::optional<Address> source;
    std::string output;

    bool operator==(const Words&) const = default;
  };
  using SharedWords = std::shared_ptr<const Words>;
  struct Kept {
    Time at;
    std::array<std::uint32_t, 5> microseconds{};  // in all, and of the phases
    CheckResult result = CheckResult::socket_error;
    int code = 0;
    SharedWords words;  // null: there are none; a server that says the same again is kept once
  };

  const SharedWords& newest_words() const;

  std::vector<Kept> results_;
  std::size_t oldest_ = 0;
};

}  // namespace lvsd
