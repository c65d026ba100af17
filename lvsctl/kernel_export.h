#pragma once

#include "lvsctl/command.h"

namespace lvsd::ctl {

// What the kernel has, or `wanted` what of ours it is to have, as a configuration file that makes
// the same table.
Output exported_configuration(const Context& context, bool wanted);

}  // namespace lvsd::ctl
