#pragma once

#include <cstddef>
#include <vector>

#include "api/stats_views.h"
#include "daemon/outlook.h"
#include "model/connection_counts.h"

// Traffic as views.

namespace lvsd {

api::ServiceStatsView stats_view(const Outlook& outlook, std::size_t index);
// That one as a list.
std::vector<api::ServiceStatsView> stats_views(const Outlook& outlook, std::size_t index);

// At most `limit`, the greatest first.
std::vector<api::ConnectionCountView> count_views(const ConnectionCounts& counts,
                                                  std::uint64_t limit);

}  // namespace lvsd
