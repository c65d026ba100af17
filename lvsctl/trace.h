#pragma once

#include "lvsctl/command.h"

namespace lvsd::ctl {

// `-v`: from now on each question to lvsd and how it was answered are told, with the time it took.
void trace(Context& context);

}  // namespace lvsd::ctl
