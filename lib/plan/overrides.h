#pragma once

#include <optional>

#include "model/config.h"
#include "model/health.h"
#include "model/override.h"
#include "model/scheduler_override.h"

// What operators wish at run time of a real server, and of how a whole virtual server is served,
// and what becomes of a wish: it changes only what it names, the file stays what it is, and a
// reload drops it only if the configured value it hides has changed. Drain and disable are never
// dropped by a reload.

namespace lvsd {

// Who may serve by decree: the operator's word beats the file's, the file's the server's own (an
// agent, a 404).
struct Administration {
  AdminState state = AdminState::enabled;
  Duration limit = Duration::zero();  // of a drain; 0: none
  Emptiness until = Emptiness::usual;

  bool operator==(const Administration&) const = default;
};
Administration administration(const RealServer& server, const Override& wishes,
                              AdminWish own = AdminWish::none);

// Of its backup server, of which only an operator has a say.
Administration backup_administration(const RealServer& server, const Override& wishes);

// What the file says: `disable` takes out at once, with `graceful_shutdown` by draining.
AdminState configured_state(const RealServer& server);

// What a wish says; all else of it is nothing that anybody said.
struct Said {
  bool reason = false;
  bool end = false;    // `until` of its author
  bool limit = false;  // these of a state only
  bool until = false;
  bool returning = false;
};
// The wish for what is wished for already, `before`: what it says takes the place of what was said,
// all else stays, and so does since when. Whoever changes anything is who wishes it from then on.
// Of another state or value, or after none, it is the wish as it is.
AdminOverride repeated(const AdminOverride* before, AdminOverride wish, const Said& said);
NumberOverride repeated(const NumberOverride* before, NumberOverride wish, const Said& said);
SchedulerOverride repeated(const SchedulerOverride* before, SchedulerOverride wish,
                           const Said& said);

// The wishes with one more. Enabling a server that the file does not take out takes wishes back.
Override with_state(Override wishes, const RealServer& server, const AdminOverride& wish);
// Of its backup. REQUIRES: server.backup.
Override with_backup_state(Override wishes, const RealServer& server, const AdminOverride& wish);
// No value: the configured one again. The value that was wished for already is repeated().
Override with_weight(Override wishes, const RealServer& server, std::optional<std::uint32_t> value,
                     const Author& by, const Said& said);
Override with_max_connections(Override wishes, const RealServer& server,
                              std::optional<std::uint32_t> value, const Author& by,
                              const Said& said);

// What is left of wishes for a server that the file defines as `server` now.
Override reloaded(Override wishes, const RealServer& server);
// Whether the one for a virtual server is left: the file's scheduler must be what it was.
bool outlives(const SchedulerOverride& wish, const VirtualServer& server);

// What is left of them at `now`, and when the next one ends.
Override unexpired(Override wishes, WallTime now);
std::optional<WallTime> next_end(const Override& wishes);
bool has_ended(const Author& by, WallTime now);

}  // namespace lvsd
