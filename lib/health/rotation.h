#pragma once

#include <cstdint>

#include "model/health.h"

// Which of an HTTP check's urls is asked for next, and when their answers together are a pass. The
// prober asks after every run. The rules are keepalived's (check_http.c, epilog):
//   - one url a run, in turn; one that fails is asked for again until it passes;
//   - the url that takes the check down is asked for alone until it answers; then all of them must
//     pass, from the first on, before the check is up;
//   - a check that has not run yet is up, or comes up, when all have passed.

namespace lvsd {

struct Rotation {
  std::uint32_t next = 0;  // index of the url
  bool awaited = false;    // it has taken the check down and has not answered since

  bool operator==(const Rotation&) const = default;
};

// Whether a pass of the next url is not all of the check yet.
bool is_partial(const Rotation& rotation, std::uint32_t urls);

// After a run that made `after` of `before`.
Rotation rotated(Rotation rotation, std::uint32_t urls, const CheckHealth& before,
                 const CheckHealth& after);

// With `fast_recovery`: whether the next url is asked for without waiting.
bool hurries(const CheckHealth& after);

}  // namespace lvsd
