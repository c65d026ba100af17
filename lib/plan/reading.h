#pragma once

// What a reading of the kernel says of some services, without a copy of the rest. The reconciler
// asks: a reading is long, and what differs in it is short.

#include "model/table.h"
#include "plan/diff.h"

namespace lvsd {

// Those of `services` that the kernel has, without measurements.
Table table_of(const Snapshot& reading, const Services& services);
// Likewise; they leave the reading.
Table taken_from(Table& reading, const Services& services);

// Whether diff has nothing to say of these two.
bool is_as_wanted(const ServiceSnapshot& found, const Service& wanted);

// Those of `services` that the kernel does not have as wanted, or that are not wanted.
Services unlike(const Snapshot& reading, const Table& wanted, const Services& services);

}  // namespace lvsd
