#pragma once

#include <cstddef>
#include <vector>

#include "api/stats_views.h"
#include "daemon/outlook.h"
#include "model/connection_counts.h"
#include "model/traffic_text.h"

// Traffic as views.

namespace lvsd {

api::ServiceStatsView stats_view(const Outlook& outlook, std::size_t index);
// That one as a list.
std::vector<api::ServiceStatsView> stats_views(const Outlook& outlook, std::size_t index);

std::vector<api::CpuStatsView> cpu_stats_views(const std::vector<CpuTraffic>& cpus);

// At most `limit`, the greatest first.
std::vector<api::ConnectionCountView> count_views(const ConnectionCounts& counts,
                                                  std::uint64_t limit);

}  // namespace lvsd
