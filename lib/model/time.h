#pragma once

#include <chrono>

namespace lvsd {

// Moments are monotonic (the wall clock is for display only); reading the clock is the daemon's.
using Time = std::chrono::steady_clock::time_point;
// Configured times have microseconds, as keepalived's.
using Duration = std::chrono::microseconds;

}  // namespace lvsd
