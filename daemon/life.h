#pragma once

#include <cstdint>
#include <optional>

#include "api/metrics.h"
#include "model/time.h"

namespace lvsd {

// How often a thing came up and went down, and how long it was down, since it was first looked at.
class Life {
 public:
  void note(bool up, Time now);
  api::LifeSample sample(Time now) const;

 private:
  std::optional<bool> up_;
  std::uint32_t changes_ = 0;
  Time down_since_;                   // while it is down
  Duration down_ = Duration::zero();  // in all, without the present time
};

}  // namespace lvsd
