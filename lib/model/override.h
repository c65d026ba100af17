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

// When a drained server has nothing left.
enum class Emptiness : std::uint8_t {
  usual,      // TCP: no active connection and nothing that moves; UDP: no flow
  active,     // no active connection
  all,        // no connection, active or not
  templates,  // none either, nor a persistence template
};
std::string_view text(Emptiness emptiness);  // "usual", "active", "all", "templates"
std::optional<Emptiness> parse_emptiness(std::string_view word);

// Whether clients that persistence ties to a server may come back to it while it drains. IPVS
// decides that for all servers of weight 0, by net.ipv4.vs.expire_quiescent_template.
enum class Returning : std::uint8_t {
  usual,  // as that is set
  soft,   // they may, and it is not empty before the last of them is forgotten
  hard,   // they may not
};
std::string_view text(Returning returning);  // "usual", "soft", "hard"
std::optional<Returning> parse_returning(std::string_view word);

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
  Emptiness until = Emptiness::usual;      // of a drain
  Returning returning = Returning::usual;  // likewise

  bool operator==(const AdminOverride&) const = default;
};

struct NumberOverride {
  std::uint32_t value = 0;
  std::uint32_t hides = 0;  // the configured value at that time
  Author by;

  bool operator==(const NumberOverride&) const = default;
};

// "enabled", "drain", "drain-soft", "drain-hard", "disabled".
std::string_view text(const AdminOverride& wish);

// Of the backup server that had this id: another one in its place is another server.
struct BackupOverride : AdminOverride {
  std::string server;

  bool operator==(const BackupOverride&) const = default;
};

// All wishes for one server, and for its backup.
struct Override {
  std::optional<AdminOverride> admin;
  std::optional<NumberOverride> weight;
  std::optional<NumberOverride> max_connections;
  std::optional<BackupOverride> backup{};

  bool empty() const { return !admin && !weight && !max_connections && !backup; }
  bool operator==(const Override&) const = default;
};

}  // namespace lvsd
