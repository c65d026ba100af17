#pragma once

#include <cstdint>
#include <optional>

#include "model/override.h"
#include "model/time.h"

// When a server that gets no new connections is empty. Asked for masters that drain, for backups
// that leave and for servers deleted from the file, each time their counters were read.

namespace lvsd {

// What the kernel counts of one server of a virtual server, summed over its services.
struct Load {
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::uint64_t packets = 0;    // towards it, since it was made
  std::uint64_t fullest = 0;    // connections in the service where it has most: what thresholds see
  std::uint64_t templates = 0;  // that persistence remembers

  bool operator==(const Load&) const = default;
};

struct DrainRules {
  Duration limit = Duration::zero();  // at most so long; 0: no limit
  // Of UDP every flow counts as inactive; so all of them must be gone, not the active ones only.
  bool datagrams = false;
  Emptiness until = Emptiness::usual;
};

struct Drain {
  Time since;
  Time quiet_since{};         // since when no packet came
  std::uint64_t packets = 0;  // had come by then
  bool over = false;

  bool operator==(const Drain&) const = default;
};

Drain begun(Time now);

// What a reading makes of it; no reading (the kernel could not be asked) leaves the limit only. It
// is over, and stays so,
//   - when no connection is left, or whatever else `until` says;
//   - TCP: when none is active and no packet came for `quiet_time`. Inactive entries are mostly
//     closed and wait for their timeout, but a client that closed its half and goes on receiving
//     is counted there, too (ip_vs_proto_tcp.c), and its acknowledgements pass here;
//   - when the limit is reached.
Drain continued(Drain drain, const std::optional<Load>& load, const DrainRules& rules, Time now);

// The kernel's estimator renews counters every 2 s.
inline constexpr Duration quiet_time = std::chrono::seconds(5);

// When to look again though nothing happens: at the limit.
std::optional<Time> next_moment(const Drain& drain, const DrainRules& rules);

}  // namespace lvsd
