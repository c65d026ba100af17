#pragma once

#include "daemon/kernel.h"

namespace lvsd {

// What adoption reads. The kernel lists by position and does not say when somebody added or removed
// entries meanwhile: one reading may lack entries that are there, or have some twice. A list that
// came in one piece is exact, and that of a service's destinations does unless it is long; so the
// names of the services are read again until two readings in a row agree, and so is each service
// whose destinations came in pieces. After `attempts` readings the last one counts.
Result<Table> stable_table(Kernel& kernel, int attempts = 5);

}  // namespace lvsd
