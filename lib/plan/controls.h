#pragma once

#include <map>
#include <optional>
#include <set>

#include "model/controls.h"
#include "model/global.h"

// What has to be changed of IPVS beside its table. The reconciler asks, with what it has just read
// and what the configuration wants.

namespace lvsd {

struct WantedControls {
  IpvsTimeouts timeouts;                  // absent: left as they are
  std::map<SyncRole, SyncSettings> sync;  // max_length 0: whatever the kernel chose
  std::set<SyncRole> owned;               // ours to stop: we started them, or the file named them
};

// `roles`: of the sync daemons that should run, where the file has any.
WantedControls wanted_controls(const GlobalSettings& settings, const std::set<SyncRole>& roles,
                               const std::set<SyncRole>& owned);

// Laws (test/lib/plan/controls_test.cpp): once applied, a second one is empty; what is not wanted
// and not owned is not touched. A daemon that runs with other settings is stopped and started: the
// kernel cannot change one.
ControlPlan diff(const Controls& actual, const WantedControls& wanted);

}  // namespace lvsd
