#pragma once

#include <cstdint>
#include <optional>

#include "model/config.h"
#include "model/health.h"
#include "model/override.h"
#include "plan/drain.h"
#include "plan/flap.h"

// Who takes the new connections of one real server's share: itself, its backup, both, or nobody.
// That share, with all that it takes to remember about it, is its seat. `settled` is the state
// machine; what the kernel is given follows from it in `desired`.
//
// It goes by what is the case, not by what happened: settling twice with the same facts at the same
// time is settling once, and events that were missed are made up for.
//
//   the master may serve   its checks pass (or panic holds it), nobody took it out, and it is not
//                          held back for flapping
//   the backup may serve   its checks pass, nobody took it out
//
//   holder   and                                              becomes
//   master   the master may not, the backup may               backup; what the master had ends, or
//                                                             drains where it was drained
//   master   connections >= backup_at percent of the limit    master, helped by the backup
//   helped   connections < backup_at percent of resume        master; the backup leaves by draining
//   backup   the master may, the backup may not               master
//   backup   the master may; preempt, for preempt_delay now   master; the backup is cut or drains
//   backup   the master may; no preempt, but a failback       the same
//   backup   the master may; it had never been seen to fail   the same, whatever preempt says

namespace lvsd {

// What is to be remembered. The default is a server that serves and of which there is nothing to
// tell: most are that.
struct Seat {
  enum class Holder : std::uint8_t { master, backup };

  Holder holder = Holder::master;
  bool provisional = false;   // the backup holds it only because the master was not checked yet
  bool out = false;           // the master took no new connections when it was last settled
  bool full = false;          // the master's, as the kernel has its overload flag
  bool helped = false;        // the backup takes new connections beside the master
  bool held = false;          // failed, but kept as it was (panic)
  std::uint8_t warmth = 100;  // percent of its weight (slow start)

  std::optional<Time> back_since;     // the backup holds, and the master could since then
  std::optional<Time> warms_since;    // slow start
  std::optional<Time> fell_at;        // it served and failed then, and is not back
  std::optional<Drain> drain;         // of the master
  std::optional<Drain> backup_drain;  // over only where an operator wished it
  Flap flap;

  bool operator==(const Seat&) const = default;
};

// What is known of one real server, and of its backup, beside the configuration.
struct ServerFacts {
  HealthState health = HealthState::init;
  Start start = Start::fresh;  // adopted_idle: it has not failed since
  HealthState backup = HealthState::no_check;

  AdminState admin = AdminState::enabled;   // by the file, the operator, or the server itself
  Duration drain_limit = Duration::zero();  // of that drain; 0: none
  Emptiness drain_until = Emptiness::usual;
  std::optional<std::uint32_t> weight{};           // instead of the configured one
  std::optional<std::uint32_t> max_connections{};  // likewise

  AdminState backup_admin = AdminState::enabled;   // by an operator
  Duration backup_drain_limit = Duration::zero();  // 0: none
  Emptiness backup_drain_until = Emptiness::usual;

  Seat seat{};
};

// What is looked at when a seat is settled.
struct Sight {
  Time now;
  Duration flap_hold = Duration::zero();
  bool datagrams = false;      // UDP, or a mark that may stand for it
  std::optional<Load> load{};  // absent: not read, which says nothing
  std::optional<Load> backup_load{};
  bool failback = false;  // the operator wants the master back
};

Seat settled(const RealServer& server, const ServerFacts& facts, const Sight& sight);

// When the seat is to be settled again though nothing happens.
std::optional<Time> next_moment(const RealServer& server, const ServerFacts& facts,
                                const Sight& sight);

// Whether its counters decide something: a limit with a backup, or a drain under way.
bool needs_load(const RealServer& server, const ServerFacts& facts);

// Of a server that is taken on, before anything was settled: what the kernel has of it and of its
// backup (lib/plan/adoption).
Seat found_seat(Start master, Start backup, Time now);

// ---- what follows from facts with a settled seat

bool may_serve(const ServerFacts& facts);
bool master_serves(const ServerFacts& facts);
bool backup_serves(const RealServer& server, const ServerFacts& facts);
// Passes its checks and would serve, had an operator not taken it out.
bool backup_is_taken_out(const RealServer& server, const ServerFacts& facts);

std::uint32_t weight(const RealServer& server, const ServerFacts& facts);
// Connections at which it is full and below which it no longer is; 0: no limit, the kernel's.
std::uint32_t max_connections(const RealServer& server, const ServerFacts& facts);
std::uint32_t resume_connections(const RealServer& server, const ServerFacts& facts);

}  // namespace lvsd
