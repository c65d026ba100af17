#pragma once

#include <vector>

#include "api/control_views.h"
#include "daemon/route_table.h"
#include "daemon/sysctl_tree.h"

namespace lvsd {

// Every setting that the file may name, ordered by name: what is asked for, what is there, and what
// was there before. `wanted` is what lvsd sets, `told` what it only tells of; `before` what it has
// changed. Blocks as files do.
std::vector<api::SysctlView> sysctl_views(const SysctlTree& tree,
                                          const std::vector<SysctlWish>& wanted,
                                          const std::vector<SysctlWish>& told,
                                          const Sysctls& before);

// Adds the routes of min_mtu, "route 10.0.1.1 mtu", as settings like the others.
void add_route_views(const std::vector<RouteWish>& wanted, const std::vector<RouteState>& present,
                     std::vector<api::SysctlView>& views);

}  // namespace lvsd
