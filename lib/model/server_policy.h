#pragma once

#include <cstdint>
#include <optional>

#include "model/check.h"
#include "model/destination.h"
#include "model/time.h"

namespace lvsd {

// What happens to the connections of a backup when its master comes back.
enum class OnReturn : std::uint8_t { cut, drain };

// How a real server comes and goes. Rarely set, so servers that say the same share one.
struct ServerPolicy {
  Script notify_up;
  Script notify_down;
  std::optional<bool> smtp_alert;  // mail on a change of state; absent: the global words, else yes

  bool graceful_shutdown = false;             // leaving, it keeps its connections until they end
  Duration drain_timeout = Duration::zero();  // at most so long; 0: without limit
  Duration slow_start = Duration::zero();     // time in which the weight grows to full; 0: at once

  bool preempt = true;                        // a master that is back takes over from its backup
  Duration preempt_delay = Duration::zero();  // after so long
  OnReturn on_return = OnReturn::cut;
  std::uint32_t backup_at = 100;  // percent of max_connections that bring the backup in

  std::uint16_t min_mtu = 0;  // of the route to it behind a tunnel, locked; 0: the system's

  bool operator==(const ServerPolicy&) const = default;
};

}  // namespace lvsd
