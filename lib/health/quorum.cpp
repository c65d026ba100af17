#include "health/quorum.h"

#include <algorithm>

namespace lvsd {

QuorumLimits quorum_limits(const VirtualServer& server) {
  std::uint64_t total = 0;
  for (const RealServer& real : server.real_servers)
    total += real.settings.weight;
  total = std::max<std::uint64_t>(total, 1);

  const std::uint64_t quorum = std::clamp<std::uint64_t>(server.quorum, 1, total);
  const std::uint64_t hysteresis = std::min<std::uint64_t>(server.hysteresis, quorum - 1);
  return {.keep = quorum - hysteresis, .gain = std::min(quorum + hysteresis, total)};
}

bool quorum(const QuorumLimits& limits, std::uint64_t serving, std::uint64_t unknown, bool had) {
  if (!had) return serving >= limits.gain;
  return serving != 0 && serving + unknown >= limits.keep;
}

}  // namespace lvsd
