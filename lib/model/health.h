#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/address.h"
#include "model/time.h"

namespace lvsd {

// How a check ended. HAProxy's words: the layer that was reached and what happened there.
enum class CheckResult : std::uint8_t {
  socket_error,     // SOCKERR: we could not try (no descriptor, no memory); tells nothing of the
                    // server
  l3_ok,            // L3OK: answered an echo request
  l3_timeout,       // L3TOUT
  l3_unreachable,   // L3UNR: an ICMP error came back
  l4_ok,            // L4OK
  l4_timeout,       // L4TOUT
  l4_refused,       // L4CON: refused, reset, unreachable
  l4_unreachable,   // L4UNR: ICMP said that nobody listens there (UDP)
  l6_ok,            // L6OK
  l6_timeout,       // L6TOUT: in the TLS handshake
  l6_response,      // L6RSP: TLS failed, or the certificate does not pass
  l7_ok,            // L7OK
  l7_conditional,   // L7OKC: passes, but wants no new connections
  l7_timeout,       // L7TOUT
  l7_response,      // L7RSP: the answer breaks the protocol, ends early, or is not the wanted one
  l7_status,        // L7STS: the answer says that the server does not work
  process_ok,       // PROCOK: of programs and files
  process_error,    // PROCERR
  process_timeout,  // PROCTOUT
};
std::string_view text(CheckResult result);   // "L4CON"
std::string_view prose(CheckResult result);  // "Layer4 connection problem", for log lines

enum class Verdict : std::uint8_t { pass, fail, unknown };
// What a result says about the server; `unknown` changes no state (invariant I1).
Verdict verdict(CheckResult result);

// What a check wants of the weight of its server, whatever that is configured to (lib/health,
// weight). A check serves several servers, so it cannot say the weight itself.
struct WeightWish {
  enum class Kind : std::uint8_t {
    none,     // nothing
    set,      // `value` instead of the configured weight (MISC_CHECK with misc_dynamic)
    add,      // the configured weight and `value` (FILE_CHECK)
    percent,  // `value` percent of the configured weight (AGENT_CHECK)
  };
  Kind kind = Kind::none;
  std::int64_t value = 0;

  bool operator==(const WeightWish&) const = default;
};

// What a server asks for itself through a check.
enum class AdminWish : std::uint8_t { none, drain, maintenance };
std::string_view text(AdminWish wish);  // "none", "drain", "maint"

// How long the steps of a check took; zero: there was no such step, or it did not end.
struct Phases {
  std::chrono::microseconds resolve{};
  std::chrono::microseconds connect{};
  std::chrono::microseconds tls{};
  std::chrono::microseconds first_byte{};  // from the request to its first byte

  bool operator==(const Phases&) const = default;
};

// What a probe reports. A plain value: it crosses a pipe.
struct Observation {
  CheckResult result = CheckResult::socket_error;
  int code = 0;      // HTTP status, exit code or errno, as the result has it; 0: none
  std::string text;  // detail for people, already made printable
  std::chrono::microseconds duration{};
  Time at;  // when it ended
  Phases phases;
  std::optional<Address> source;            // ours, where it is known
  std::optional<std::int64_t> certificate;  // Unix seconds of the end of the server's
  std::optional<WeightWish> weight;         // absent: what was wished before goes on
  std::optional<AdminWish> admin;           // likewise
  std::string output;                       // of a program; printable, at most 4 KiB
  bool partial = false;  // a pass that is not all of the check yet (lib/health, rotation)
};

// How a check is taken on.
enum class Start : std::uint8_t {
  fresh,         // nothing is known: as the file says, up (the first failure ends it) or alpha
  adopted_up,    // it serves already: stays until all the evidence of a failure is in
  adopted_idle,  // in the kernel with weight 0: stays as it is until its check has run
  adopted_down,  // its service is in the kernel without it: joins when its check has passed
};

// What of a result the next ones are judged by. There is one of each check and one of each server
// that uses it, so what people want to know beside it stands in the history only.
struct LastResult {
  CheckResult result = CheckResult::socket_error;
  bool partial = false;
  int code = 0;
  Time at;

  bool operator==(const LastResult&) const = default;
};
LastResult last_result(const Observation& seen);

// What is known of one check of a server (lib/health). `streak` counts the results in a row that
// contradict `up`; the verdict turns when it reaches rise or fall.
struct CheckHealth {
  bool up = false;
  bool has_run = false;  // a result has counted; until then `up` is what `start` assumes
  Start start = Start::fresh;
  AdminWish admin = AdminWish::none;  // what its results have asked for and not taken back
  std::uint32_t streak = 0;
  Time since;  // when `up` last changed, or when the check was taken on
  std::optional<LastResult> last;
  WeightWish weight;  // likewise
};

// What is shown of a server's health. Init: not up, and not checked yet.
enum class HealthState : std::uint8_t { init, up, falling, down, rising, no_check };
std::string_view text(HealthState state);  // "init", "up", "falling", "down", "rising", "nocheck"

// Whether a server of that health may serve: up, falling or without a check.
bool is_up(HealthState state);

// A state, and how far it is on its way to the opposite one: `count` of `needed` results while
// falling or rising, else both are 0.
struct Standing {
  HealthState state = HealthState::init;
  std::uint32_t count = 0;
  std::uint32_t needed = 0;

  bool operator==(const Standing&) const = default;
};
std::string text(const Standing& standing);  // "up", "falling 1/3"

// What the kernel does with a server; the STATE column of every list.
enum class Effective : std::uint8_t {
  active,    // takes new connections
  warming,   // slow start: part of its weight
  standby,   // backup, sorry server or master at rest
  full,      // at max_connections: keeps what it has, its backup takes the new ones
  draining,  // gets no new connections, still has some
  drained,   // gets no new connections, has none
  down,      // failed its check
  disabled,  // switched off
  init,      // not checked yet
  removing,  // deleted from the file, still has connections
};
std::string_view text(Effective effective);  // "ACTIVE", "WARMING"… in capitals

}  // namespace lvsd
