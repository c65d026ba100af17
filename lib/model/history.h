#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "model/health.h"

namespace lvsd {

// The last results of a check, for `lvsctl check history`. Memory is taken as they come, and no
// more than for `most` of them.
class CheckHistory {
 public:
  static constexpr std::size_t most = 20;

  void add(Observation seen) {
    if (results_.size() < most) {
      results_.push_back(std::move(seen));
    } else {
      results_[oldest_] = std::move(seen);
      oldest_ = (oldest_ + 1) % most;
    }
  }

  std::size_t size() const { return results_.size(); }
  // The `i`-th, counted from the newest. REQUIRES: i < size().
  const Observation& newest(std::size_t i = 0) const {
    return results_[(oldest_ + results_.size() - 1 - i) % results_.size()];
  }

 private:
  std::vector<Observation> results_;
  std::size_t oldest_ = 0;
};

}  // namespace lvsd
