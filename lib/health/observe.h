#pragma once

#include <span>

#include "model/check.h"
#include "model/health.h"

// What a result makes of a server's health. The daemon asks when a probe has reported; a server
// whose state changes is logged and its services are reconciled.
//
// The counting is keepalived's (check_tcp.c, ipwrapper.c) with `rise` added:
//   - up, and `retry` + 1 failures in a row: down;
//   - down, and `rise` successes in a row: up;
//   - a fresh start that is not alpha is up, and its very first failure takes it down
//     (not with `patient_start`: SMTP_CHECK's manner);
//   - a pass that is not all of the check (`partial`) ends a series of failures, and no more;
//   - a result that says nothing of the server (Verdict::unknown) moves nothing (invariant I1).

namespace lvsd {

// The health of a check that has not run.
CheckHealth initial(Start start, const CheckPolicy& policy, Time now);

CheckHealth observe(CheckHealth health, const CheckPolicy& policy, const Observation& observation);

// Whether the result that made `after` of `before` says what the one before it said: nothing
// follows from it, so whoever hears of it may hear of it later.
bool is_repetition(const CheckHealth& before, const CheckHealth& after);

// Of one check.
Standing standing(const CheckHealth& health, const CheckPolicy& policy);

// Of a server, from its checks: all must pass. Down says more than init, init more than rising;
// among several falling or rising checks the one that decides first or last is shown.
Standing standing(std::span<const Standing> checks);

}  // namespace lvsd
