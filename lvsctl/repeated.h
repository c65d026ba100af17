#pragma once

#include <chrono>
#include <functional>

#include "lvsctl/command.h"

namespace lvsd::ctl {

// `--watch`: what `run` prints, again and again until the user no longer wants to: on a terminal in
// the place of what was there, elsewhere one after the other, and as JSON an object a line. The
// exit code is the last one's.
Output repeated(const Context& context, std::chrono::milliseconds interval, bool json,
                const std::function<Output()>& run);

}  // namespace lvsd::ctl
