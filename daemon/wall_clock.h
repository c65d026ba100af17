#pragma once

#include "api/moment.h"

namespace lvsd {

// The wall clock now, in this machine's zone.
api::Moment wall_clock();

}  // namespace lvsd
