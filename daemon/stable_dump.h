#pragma once

#include "daemon/kernel.h"

namespace lvsd {

// What adoption reads. The kernel lists by position and does not say when somebody added or removed
// entries meanwhile: one dump may lack entries that are there, or have some twice. So everything is
// read again until two readings in a row name the same entries; after `attempts` readings, the
// services they differ in are read one by one, which is exact: a service's destinations come in one
// piece.
Result<Snapshot> stable_dump(Kernel& kernel, int attempts = 5);

}  // namespace lvsd
