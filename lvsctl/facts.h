#pragma once

#include <optional>

#include "doctor/doctor.h"

namespace lvsd::ctl {

// What this machine looks like, in the network namespace of the caller: read from /proc, /sys and
// by asking for routes; nothing is sent and nothing changed. `lvsd`, as far as it said it itself,
// is completed by what can be seen of its process.
doctor::Facts facts(const doctor::Questions& questions,
                    std::optional<doctor::RunningDaemon> lvsd = {});

}  // namespace lvsd::ctl
