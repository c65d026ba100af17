#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace lvsd {

// How a check ended. HAProxy's words: the layer that was reached and what happened there.
enum class CheckResult : std::uint8_t {
  socket_error,  // SOCKERR: we could not try (no descriptor, no memory); says nothing of the server
  l4_ok,         // L4OK
  l4_timeout,    // L4TOUT
  l4_refused,    // L4CON: refused, reset, unreachable
};
std::string_view text(CheckResult result);   // "L4CON"
std::string_view prose(CheckResult result);  // "Layer4 connection problem", for log lines

enum class Verdict : std::uint8_t { pass, fail, unknown };
// What a result says about the server; `unknown` changes no state (invariant I1).
Verdict verdict(CheckResult result);

// What a probe reports. A plain value: it crosses a pipe.
struct Observation {
  CheckResult result = CheckResult::socket_error;
  int code = 0;      // HTTP status, exit code or errno, as the result has it; 0: none
  std::string text;  // detail for people, already made printable
  std::chrono::microseconds duration{};
  Time at;  // when it ended
};

// How a check is taken on.
enum class Start : std::uint8_t {
  fresh,         // nothing is known: as the file says, up (the first failure ends it) or alpha
  adopted_up,    // it serves already: stays until all the evidence of a failure is in
  adopted_idle,  // in the kernel with weight 0: stays as it is until its check has run
  adopted_down,  // its service is in the kernel without it: joins when its check has passed
};

// What is known of one check of a server (lib/health). `streak` counts the results in a row that
// contradict `up`; the verdict turns when it reaches rise or fall.
struct CheckHealth {
  bool up = false;
  bool has_run = false;  // a result has counted; until then `up` is what `start` assumes
  Start start = Start::fresh;
  std::uint32_t streak = 0;
  Time since;  // when `up` last changed, or when the check was taken on
  std::optional<Observation> last;
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
enum class Effective : std::uint8_t { active, standby, draining, down, init };
std::string_view text(Effective effective);  // "ACTIVE", "STANDBY", "DRAINING", "DOWN", "INIT"

}  // namespace lvsd
