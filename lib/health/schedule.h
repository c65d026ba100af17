#pragma once

#include "model/check.h"
#include "model/health.h"

// When a check runs. The daemon asks once when a check is taken on and after every run.
//
// Runs stand on a grid: `phase` plus whole multiples of delay_loop. Neither the duration of a run
// nor a late timer moves it, so checks that were spread apart stay apart (keepalived counts from
// the end of a run, and drifts). A check that is falling leaves the grid for its retries,
// delay_before_retry after the end of the failed run, and then comes back to it. Where they are
// given, fast_interval (falling or rising, from the end of a run) and down_interval (down, on a
// grid of its own through the same phase) take the place of those.

namespace lvsd {

// Where in an interval a check has its place, in [0, 1): a hash of what is probed, so that a
// restart does not move it and servers that were written together do not run together.
double spread(const CheckTarget& target);

// A point of the grid: within warmup of `now`, or within delay_loop where no warmup is configured.
// (keepalived: 1 s + random(0..warmup).)
Time phase(const CheckPolicy& policy, Time now, double spread);

// The first run. If the server serves meanwhile, within the configured warmup, else within
// delay_loop, but ten seconds at most: with a long delay_loop it stands before the grid, which the
// runs after it come to (keepalived waits for up to delay_loop). At once for one that was
// found without weight in the kernel, or not at all; for alpha within the configured warmup, else
// within a second: both are missed until they have passed.
Time first_check(Start start, const CheckPolicy& policy, Time now, double spread);

// Where the runs of a check stand.
struct Timing {
  Time phase;  // a point of its grid
  Time due;    // the next run

  bool operator==(const Timing&) const = default;
};

// Of a check that is taken on.
Timing first_timing(const Check& check, Start start, Time now);

// Of a check that ran before and was interrupted (its process died, it was paused): it goes on
// where its grid would have it, so that many that are resumed together stay apart.
Timing resumed_timing(const Check& check, const CheckHealth& health, const Timing& before,
                      Time now);

// How long one run may take.
Duration longest_run(const CheckSettings& settings);

// The next run, after the one whose result `health` has taken in has ended at `now`.
// REQUIRES: policy.delay_loop > 0.
Time next_check(const CheckHealth& health, const CheckPolicy& policy, Time phase, Time now);

}  // namespace lvsd
