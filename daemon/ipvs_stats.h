#pragma once

#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/service.h"

namespace lvsd {

// All that IPVS has counted in the network namespace `where` (none: the thread's), services that
// are gone included; its netlink does not tell. Blocks, and leaves the thread there.
Result<TrafficCounters> ipvs_stats(const std::shared_ptr<const UniqueFd>& where);

}  // namespace lvsd
