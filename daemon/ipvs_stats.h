#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/service.h"
#include "model/traffic_text.h"

namespace lvsd {

// All that IPVS has counted in the network namespace `where` (none: the thread's), services that
// are gone included; its netlink does not tell. Blocks, and leaves the thread there.
Result<TrafficCounters> ipvs_stats(const std::shared_ptr<const UniqueFd>& where);

// The same of each CPU.
Result<std::vector<CpuTraffic>> ipvs_cpu_stats(const std::shared_ptr<const UniqueFd>& where);

}  // namespace lvsd
