#include "plan/flap.h"

#include <algorithm>

namespace lvsd {

namespace {

constexpr std::uint32_t most_doublings = 4;
constexpr int window = 10;  // times flap_hold

Duration penalty(std::uint32_t repeats, Duration flap_hold) {
  return flap_hold * (1U << std::min(repeats - 1, most_doublings));
}

}  // namespace

Flap observed(Flap flap, bool down, bool up, Duration flap_hold, Time now) {
  if (flap_hold == Duration::zero()) return {};
  if (down && !flap.failed) {
    const bool soon = flap.last_failure && now - *flap.last_failure <= flap_hold * window;
    flap.repeats = soon ? flap.repeats + 1 : 0;
    flap.last_failure = now;
    flap.failed = true;
    flap.held_until.reset();
  } else if (up && flap.failed) {
    flap.failed = false;
    if (flap.repeats != 0) flap.held_until = now + penalty(flap.repeats, flap_hold);
  }
  if (flap.held_until && *flap.held_until <= now) flap.held_until.reset();
  const bool forgiven =
      !flap.failed && flap.last_failure && now - *flap.last_failure > flap_hold * window;
  return forgiven && !flap.held_until ? Flap{} : flap;
}

}  // namespace lvsd
