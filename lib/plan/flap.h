#pragma once

#include <cstdint>
#include <optional>

#include "model/time.h"

// `flap_hold`: a server that fails again and again has to stay well for longer and longer before it
// may come back. Its first failure costs nothing; one within ten times flap_hold of the last
// costs flap_hold, the next one twice that, and so on up to sixteen times.

namespace lvsd {

struct Flap {
  std::optional<Time> last_failure;
  std::uint32_t repeats = 0;  // failures that followed soon after another
  bool failed = false;        // it is down now
  std::optional<Time> held_until;

  bool operator==(const Flap&) const = default;
};

// `down`: its check has failed; `up`: it passes. Neither: not known.
Flap observed(Flap flap, bool down, bool up, Duration flap_hold, Time now);

}  // namespace lvsd
