#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/config.h"
#include "plan/desired.h"

// What becomes of a virtual server's seats when something has changed: health, counters, a wish, or
// the time. Asked by the daemon before `desired`, which goes by the result.

namespace lvsd {

// What was read or wished for one real server at this moment.
struct ServerSight {
  std::optional<Load> load{};  // absent: not read, which says nothing
  std::optional<Load> backup_load{};
  bool failback = false;
};

struct PoolSight {
  Time now;
  Duration flap_hold = Duration::zero();
  std::uint32_t panic_percent = 0;
  std::span<const ServerSight> servers{};          // one for each real server, or none at all
  std::span<const std::optional<Load>> removed{};  // likewise for PoolFacts::removed
};

// The same facts with their seats settled; removed servers that are empty are gone. Servers that
// are held back for flapping come in all the same where nothing else would serve.
PoolFacts settled(const VirtualServer& server, PoolFacts facts, const PoolSight& sight);

// A real server that is no longer in the file, where the file wants it to drain first
// (`graceful_removal`, or its own `graceful_shutdown`) and it may have connections.
// `server` is what its virtual server is now.
std::optional<Removed> removal(const VirtualServer& server, const RealServer& gone,
                               const Decision& was, Time now);

// What a daemon tells the next one of a server that is on its way out.
struct Removal {
  Endpoint endpoint;  // as the file had it
  Time since;
  Duration limit = Duration::zero();  // 0: none

  bool operator==(const Removal&) const = default;
};
Removal memorable(const Removed& removed);

// Those that were on their way out when the last daemon ended: in the kernel with weight 0 and not
// in the file. Those that it told of go on as they were. Of others nobody knows how long they had
// left: where `graceful_removal` lets such servers drain, drain_timeout, as the first real server
// has it, begins anew.
std::vector<Removed> found_removals(const VirtualServer& server, const Table& actual,
                                    const std::vector<Removal>& told, Time now);

// When to settle again though nothing happens.
std::optional<Time> next_moment(const VirtualServer& server, const PoolFacts& facts,
                                const PoolSight& sight);

// Whether counters decide something now: a limit with a backup, or a drain under way.
bool needs_load(const VirtualServer& server, const PoolFacts& facts);

// Whether a service may carry what has no connections for the kernel.
bool carries_datagrams(const VirtualServer& server);

}  // namespace lvsd
