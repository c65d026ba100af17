#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

// The file's sync daemon runs in both roles: each director sends its connections and takes in those
// of the others, whoever has the address. One that follows a VRRP instance is left to the VRRP
// process, which alone knows that instance's state.
WantedControls wanted_controls(const GlobalSettings& settings, const std::set<SyncRole>& owned);

// Whether there is anything to look after at all.
bool is_empty(const WantedControls& wanted);

// Laws (test/lib/plan/controls_test.cpp): once applied, a second one is empty; what is not wanted
// and not owned is not touched. A daemon that runs with other settings is stopped and started: the
// kernel cannot change one.
ControlPlan diff(const Controls& actual, const WantedControls& wanted);

// Where they are not as wanted, one phrase each: "timeouts are tcp 900 tcpfin 120 udp 300, wanted
// tcp 1000", "sync master is missing", "sync master runs on eth0 id 1, wanted on eth0 id 2",
// "sync backup runs on eth0 id 1, wanted no more". As many as there are daemons and timeouts that
// `diff` would change.
std::vector<std::string> control_drift(const Controls& actual, const WantedControls& wanted);

}  // namespace lvsd
