#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/health.h"
#include "model/table.h"
#include "plan/seat.h"

// What the kernel should hold for a virtual server, and why. The one place that translates from the
// operator's words to the kernel's, and the one place where it is decided who takes traffic.
//
// The cases, one row each (tests in test/lib/plan/desired_test.cpp; those with time in them in
// test/data/policy, which docs/failover.md shows). "Kept" is weight 0 instead of absent. Who holds
// the seat of a real server, and for how long, is lib/plan/seat.
//
//   real server                          in the kernel                 shown as
//   up, falling or without checks        its weight                    ACTIVE
//   the same in slow start               part of its weight            WARMING
//   the same at its limit, helped or
//     not, as its backup may             its weight; the kernel's
//                                          threshold refuses           FULL
//   the same with weight 0 in the file   weight 0                      DRAINING
//   failed, but most of the pool did     its weight                    ACTIVE
//   down                                 absent; kept if 1             DOWN
//   rising                               absent; kept if 1 or 3        DOWN
//   up, held back for flapping           absent; kept if 1             DOWN
//   init (alpha, or just adopted)        absent; kept if 1 or 3        INIT
//   drained by whomever, not failed      weight 0                      DRAINING
//   the same, nothing left               absent                        DRAINED
//   disabled                             absent                        DISABLED
//   may serve, its backup goes on        absent; kept if 1             STANDBY
//   may serve, quorum lost, a sorry
//     server can serve                   absent; kept if 1 or 2        STANDBY
//   may serve, quorum lost, no sorry
//     server can                         as if quorum held             ACTIVE
//   deleted from the file, draining      weight 0                      REMOVING
//   backup server
//   holds the seat, or helps             the weight of its master      ACTIVE
//   leaves by draining, or drained       weight 0                      DRAINING
//   drained by an operator, nothing left absent                        DRAINED
//   disabled                             absent                        DISABLED
//   down                                 absent                        DOWN
//   init                                 absent                        INIT
//   else                                 absent                        STANDBY
//   sorry server
//   quorum lost, it is up                its weight                    ACTIVE
//   quorum lost, it failed               absent                        DOWN
//   quorum holds                         absent; kept if 2             STANDBY
//
//   1  inhibit_on_failure; or sh and mh with their fallback flag, where adding it again would put
//      it elsewhere in the kernel's list and move the clients of others. Without the flag these
//      two refuse the clients of a destination of weight 0, so there it leaves as elsewhere.
//   2  sorry_server_inhibit
//   3  found in the kernel with weight 0: what connections it has live until its check has failed
//
// Where servers come to the same destination (a sorry server that is a real server as well, two
// ports behind DR) it is in the kernel once, with the settings of the first that takes connections.

namespace lvsd {

// A real server that was deleted from the file and still has connections.
struct Removed {
  RealServer server;
  Drain drain;
};

struct PoolFacts {
  std::vector<ServerFacts> real_servers;     // one for each of VirtualServer::real_servers
  bool quorum = true;                        // decided in lib/health, from the two weights below
  std::vector<HealthState> sorry_servers{};  // likewise; empty: all of them are up
  std::vector<Removed> removed{};
  std::optional<Time> panic_since{};       // lib/plan/panic
  std::optional<std::string> scheduler{};  // that an operator wishes instead of the file's
};

// Why a server is where it is.
enum class Reason : std::uint8_t {
  passes,         // its checks pass
  fails_some,     // its check fails, not yet often enough
  no_check,       // nothing is checked
  weight_zero,    // weight 0 in the file
  shared,         // serves through the destination of another server, with its settings
  failed,         // its check has failed
  passes_some,    // its check passes, not yet often enough
  not_checked,    // alpha, or just adopted
  sorry_serves,   // quorum is lost and the sorry server stands in
  quorum_lost,    // of a sorry server: it stands in
  quorum_holds,   // of a sorry server: at rest
  warms,          // slow start
  full,           // at its limit, the backup takes the new ones
  full_alone,     // at its limit, and the backup cannot help
  panic,          // failed, but held as most of the pool failed at once
  flaps,          // passes, but failed again and again
  drains,         // on request, with connections left
  drained,        // on request, nothing left
  disabled,       // on request
  no_preempt,     // its backup goes on
  waits,          // its backup goes on until preempt_delay is over
  removed,        // deleted from the file
  master_out,     // of a backup: its master does not serve
  master_full,    // of a backup: its master needs help
  master_back,    // of a backup: leaves
  master_serves,  // of a backup: at rest
};
// For people, as part of a sentence: "quorum is lost, the sorry server serves".
std::string_view text(Reason reason);

enum class Presence : std::uint8_t { absent, idle, serving };  // idle: with weight 0

struct Decision {
  Effective effective = Effective::init;
  Reason reason = Reason::not_checked;
  Presence presence = Presence::absent;
  std::uint32_t weight = 0;   // what the kernel is given for this server
  std::uint8_t warmth = 100;  // percent, while warming

  bool operator==(const Decision&) const = default;
};

// The word of lists: "ACTIVE", "WARMING 40%".
std::string state_text(const Decision& decision);

struct Desired {
  Table table;  // an entry for each of VirtualServer::services
  std::vector<Decision> real_servers;
  std::vector<Decision> backups;  // of each real server; at rest where it has none
  std::vector<Decision> sorry_servers;
};

// REQUIRES: facts.real_servers.size() == server.real_servers.size().
Desired desired(const VirtualServer& server, const PoolFacts& facts);

// The weight that counts for quorum: of the real servers that serve, or would if the sorry server
// did not stand in for them.
std::uint64_t serving_weight(const VirtualServer& server, const PoolFacts& facts);

// The weight that does not serve, and is not lost all the same: of the real servers that were
// adopted and not checked since, and of those that pass and were drained or disabled, themselves or
// the backup that holds their seat: taking one out never costs quorum by itself, while anything
// else serves.
std::uint64_t unknown_weight(const VirtualServer& server, const PoolFacts& facts);

// The destination that a real or sorry server is within one of the services. The port is
// keepalived's (check_data.c): with DR and TUN packets keep their port, so it is the service's, and
// 0 with a mark; with NAT it is the server's own, and without one the service's, except behind a
// mark or a group, where 0 stands in the kernel and keeps the client's.
DestinationKey destination_key(const VirtualServer& server, const ServiceKey& service,
                               const Endpoint& endpoint, Forwarding forwarding);

}  // namespace lvsd
