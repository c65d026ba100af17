#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "health/schedule.h"
#include "health/script_check.h"
#include "model/check.h"
#include "model/check_id.h"
#include "model/health.h"
#include "model/probe_settings.h"
#include "model/time.h"

namespace lvsd {

// Runs a program of the configuration once, at most `limit` long, where the programs of checks run,
// and says how that ended.
using Over = std::function<void(const ProgramRun&)>;
using RunProgram = std::function<void(const Script& script, Duration limit, Over over)>;

// All there is to say of a check that is to be run.
struct RunningCheck {
  Check check;
  CheckHealth health;
  Timing timing;
};
// Going on after it was interrupted.
inline RunningCheck resumed(RunningCheck check, Time now) {
  check.timing = resumed_timing(check.check, check.health, check.timing, now);
  return check;
}

// Runs checks at their times and reports how each ended. Knows nothing of servers: who uses a
// check, and what its results mean for them, is decided by whoever receives the report.
//
// There are two: ProbeRunner probes in this process, CheckerPool has others do it.
class CheckRunner {
 public:
  using Report = std::function<void(CheckId, const Observation&)>;

  virtual ~CheckRunner() = default;

  // Takes effect for every run from now on.
  virtual void set(const ProbeSettings& settings) = 0;

  // Runs `check` from now on, next at timing.due and then at its times (lib/health, schedule).
  // They depend on its health, which begins at `health` and is followed here as well: a check of a
  // server that is up and fails runs at another pace.
  // REQUIRES: `id` is not running.
  virtual void start(CheckId id, const Check& check, const CheckHealth& health,
                     const Timing& timing) = 0;

  // No report of `id` comes after this. Nothing happens if it is not running.
  virtual void stop(CheckId id) = 0;

  // The next run of `id` is now; its later times stay. Nothing happens if it is not running.
  virtual void hurry(CheckId id) = 0;

  // See RunProgram. `over` is called once, later, unless this object goes first.
  virtual void run_program(const Script& script, Duration limit, Over over) = 0;

  // Since when there is nobody to run checks that should run; nothing while all have somebody.
  virtual std::optional<Time> silent_since() const = 0;
};

// REQUIRES: the runner is used on `executor` only, where it reports as well.
using MakeCheckRunner = std::function<std::unique_ptr<CheckRunner>(
    boost::asio::any_io_executor executor, CheckRunner::Report report)>;

}  // namespace lvsd
