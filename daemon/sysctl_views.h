#pragma once

#include <vector>

#include "api/control_views.h"
#include "daemon/sysctl_tree.h"

namespace lvsd {

// Every setting that the file may name, ordered by name: what is asked for, what is there, and what
// was there before. `wanted` is what lvsd sets, `told` what it only tells of; `before` what it has
// changed. Blocks as files do.
std::vector<api::SysctlView> sysctl_views(const SysctlTree& tree,
                                          const std::vector<SysctlWish>& wanted,
                                          const std::vector<SysctlWish>& told,
                                          const Sysctls& before);

}  // namespace lvsd
