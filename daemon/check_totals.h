#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "model/health.h"

namespace lvsd {

// What a check has come to since it was taken on, for metrics.
class CheckTotals {
 public:
  void add(CheckResult result);

  std::uint32_t runs() const { return runs_; }
  // Of those that failed, by what failed: "timeout", "connect", "tls", "protocol", "status",
  // "script"; and "socket" for those that could not be made. None that did not happen.
  std::vector<std::pair<std::string_view, std::uint64_t>> failures() const;

 private:
  std::uint32_t runs_ = 0;
  using Failures = std::array<std::uint32_t, 7>;
  std::unique_ptr<Failures> failures_;  // null: there were none, as with most checks
};

}  // namespace lvsd
