#pragma once

#include <optional>

#include "doctor/doctor.h"

namespace lvsd {

// What this machine looks like, in the network namespace of the calling thread: read from /proc,
// /sys and by asking for routes; nothing is changed. Blocks. ARP probes are sent for
// questions.contested, and the firewall's own programs are run for questions.firewall. `lvsd`, as
// far as it said it itself, is completed by what can be seen of its process.
doctor::Facts machine_facts(const doctor::Questions& questions,
                            std::optional<doctor::RunningDaemon> lvsd = {});

}  // namespace lvsd
