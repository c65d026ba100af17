#pragma once

#include <cstdint>

#include "model/time.h"

// Slow start: the weight of a server that comes in grows, linearly, from a tenth to all of it.

namespace lvsd {

struct Ramp {
  std::uint32_t percent = 100;  // of its weight; 100: the ramp is over
  Time next{};                  // when it changes; of no meaning at 100
};

// Where a ramp of `length` stands that began at `since`; it has a step each second.
Ramp ramp(Time since, Duration length, Time now);

// At least 1, so that a server that serves is in the table as one that does.
std::uint32_t ramped(std::uint32_t weight, std::uint32_t percent);

}  // namespace lvsd
