#include "plan/ramp.h"

#include <algorithm>
#include <chrono>

namespace lvsd {

Ramp ramp(Time since, Duration length, Time now) {
  const auto elapsed = std::chrono::duration_cast<Duration>(now - since);
  if (elapsed >= length) return {};
  constexpr Duration step = std::chrono::seconds(1);
  const auto steps = std::max<Duration::rep>(elapsed / step, 0);
  const auto grown = 90 * (steps * step).count() / length.count();
  return {.percent = static_cast<std::uint32_t>(10 + grown),
          .next = since + std::min(step * (steps + 1), length)};
}

std::uint32_t ramped(std::uint32_t weight, std::uint32_t percent) {
  return static_cast<std::uint32_t>((std::uint64_t{weight} * percent + 99) / 100);
}

}  // namespace lvsd
