#pragma once

#include <system_error>

#include "model/op.h"
#include "model/table.h"

// What the kernel makes of an op, as far as tables go: for a dry run, and for stating what a plan
// does at each of its steps.

namespace lvsd {

// Changes `table` as the kernel would, or refuses with the errno it would answer and leaves the
// table as it is (ipvs-kernel contract 1.4; where kernels differ, the strictest). Whether a
// scheduler can be loaded is not known here.
std::error_code apply(Table& table, const Op& op);

}  // namespace lvsd
