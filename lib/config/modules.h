#pragma once

#include <string>
#include <vector>

#include "model/config.h"

namespace lvsd {

// The kernel modules that the configuration needs, sorted: "ip_vs", "ip_vs_wlc", "ip_vs_pe_sip".
// They are loaded before the table is written, because loading a scheduler on demand can block the
// kernel (ipvs-kernel 1.7).
std::vector<std::string> modules(const Config& config);

}  // namespace lvsd
