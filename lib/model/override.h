#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

// What an operator wishes of a real server at run time, beside the file. Kept by name in the state
// file, so it outlives the daemon; how wishes come and go is lib/plan/overrides.

namespace lvsd {

enum class AdminState : std::uint8_t {
  enabled,
  drain,     // no new connections; those it has end by themselves, or at a limit
  disabled,  // out at once
};
std::string_view text(AdminState state);  // "enabled", "drain", "disabled"

// For people and their calendars; policy runs on the monotonic clock.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// Who wished it, and why.
struct Author {
  std::string user;
  std::uint32_t uid = 0;
  std::string reason{};  // may be empty
  WallTime since;
  std::optional<WallTime> until{};  // then the wish ends by itself; absent: never

  bool operator==(const Author&) const = default;
};

struct AdminOverride {
  AdminState state = AdminState::enabled;
  Duration limit = Duration::zero();  // of a drain; 0: the server's drain_timeout
  Author by;

  bool operator==(const AdminOverride&) const = default;
};

struct NumberOverride {
  std::uint32_t value = 0;
  std::uint32_t hides = 0;  // the configured value at that time
  Author by;

  bool operator==(const NumberOverride&) const = default;
};

// All wishes for one server.
struct Override {
  std::optional<AdminOverride> admin;
  std::optional<NumberOverride> weight;
  std::optional<NumberOverride> max_connections;

  bool empty() const { return !admin && !weight && !max_connections; }
  bool operator==(const Override&) const = default;
};

}  // namespace lvsd
