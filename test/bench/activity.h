#pragma once

// How long a program works and what that costs, seen from outside and alike for every program:
// from the scheduler's counters of its threads and its children's.

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace lvsd::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Activity {
  std::uint64_t cpu_ns = 0;  // steps of 10 ms in user-mode-linux
  std::uint64_t runs = 0;    // how often one of its threads was put on a CPU

  bool operator==(const Activity&) const = default;
};

// Of the process and its children together.
Activity activity(pid_t pid);

// The largest resident size that the process or a child of it has had, in KiB. Of one process, not
// the sum: what they share would count twice.
std::uint64_t peak_memory(pid_t pid);

// What was done until it rested: it rests when nothing of it has run for `rest`.
struct Burst {
  double elapsed_ms = 0;  // from `begin` to when it last ran
  double cpu_ms = 0;
};

// Looks every `pace`, and so is right to that; throws after five minutes.
// `before`: the activity at `begin`.
Burst until_rest(pid_t pid, Clock::time_point begin, const Activity& before,
                 std::chrono::milliseconds pace,
                 std::chrono::milliseconds rest = std::chrono::milliseconds(300));

// Waits until the whole machine has been idle for a while: the kernel frees the tables of a
// namespace that is gone in its own time.
void wait_for_idle_machine();

}  // namespace lvsd::bench
