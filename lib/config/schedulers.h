#pragma once

#include "config/keywords.h"

namespace lvsd {

// The argument of `lvs_sched`: which words are schedulers is said there and nowhere else.
const Argument& scheduler_argument();

}  // namespace lvsd
