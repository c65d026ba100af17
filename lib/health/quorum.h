#pragma once

#include <cstdint>

#include "model/config.h"

// Whether a virtual server has enough behind it. The daemon asks when the health or the weight of
// one of its servers has changed; what follows from the answer is `desired` (lib/plan).

namespace lvsd {

// The weights at which quorum turns: kept at `keep` and more, gained back at `gain` and more.
struct QuorumLimits {
  std::uint64_t keep = 1;
  std::uint64_t gain = 1;

  bool operator==(const QuorumLimits&) const = default;
};

// quorum - hysteresis and quorum + hysteresis, after keepalived's corrections (a quorum above the
// configured weight is lowered to it, a hysteresis of quorum and more to quorum - 1) and without
// its two traps: a virtual server of weight 0 keeps a quorum of 1 (there: 2^32 - 1, never to be
// reached), and what is needed to gain never exceeds the configured weight.
QuorumLimits quorum_limits(const VirtualServer& server);

// Whether quorum holds with `serving`, given whether it did (a virtual server that starts afresh
// did not). `unknown` is the weight of those that were adopted and have not been checked since: it
// gains nothing, but while anything serves it is not counted as lost either (invariant I1).
bool quorum(const QuorumLimits& limits, std::uint64_t serving, std::uint64_t unknown, bool had);

}  // namespace lvsd
