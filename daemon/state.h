#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/controls.h"
#include "model/override.h"
#include "model/scheduler_override.h"
#include "model/timeouts.h"
#include "plan/diff.h"
#include "plan/settle.h"

namespace lvsd {

// What outlives the daemon beside the kernel's table.
struct State {
  // Of which boot and network namespace the rest speaks: another kernel's table is not ours.
  std::string boot_id;
  std::uint64_t network_namespace = 0;  // inode
  Services owned;
  std::set<SyncRole> sync_daemons;  // that we started
  // By the name of the server, "web/web01". Wishes are true of any boot. Moments in seats are of
  // the monotonic clock, which is the same for every process of one boot.
  std::map<std::string, Override> wishes{};
  std::map<std::string, Seat> seats{};
  std::map<std::string, std::vector<Removal>> removals{};  // of virtual servers, by name
  TimeoutOverrides timeouts{};
  SchedulerOverrides schedulers{};
  std::map<std::string, std::string> sysctls{};  // that we set, with what they were before

  bool operator==(const State&) const = default;
};

// As it stands in the file: JSON a person can read, with a version and a checksum of its content.
std::string text(const State& state);

enum class state_errc {
  damaged = 1,  // torn, truncated, changed by hand, or not a state at all
  newer,        // written by a version that knows more: not to be overwritten
};
std::error_code make_error_code(state_errc code);

Result<State> parse_state(std::string_view text);

}  // namespace lvsd

template <>
struct std::is_error_code_enum<lvsd::state_errc> : std::true_type {};
