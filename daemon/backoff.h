#pragma once

#include <algorithm>
#include <chrono>

#include "model/time.h"

namespace lvsd {

// The pauses between attempts at something the kernel refuses.
inline constexpr Duration first_pause = std::chrono::milliseconds(50);
inline constexpr Duration longest_pause = std::chrono::seconds(5);

constexpr Duration longer(Duration pause) {
  return pause == Duration::zero() ? first_pause : std::min(pause * 2, longest_pause);
}

}  // namespace lvsd
