#pragma once

#include <set>

#include "api/kernel_views.h"
#include "daemon/kernel.h"
#include "model/controls.h"
#include "model/table.h"
#include "plan/drift.h"

// The kernel's content as views.

namespace lvsd {

// Costs time in proportion to the table: not for the loop. `ours`: those that are configured.
api::KernelTableView kernel_table_view(const KernelInfo& info, const Snapshot& snapshot,
                                       const std::set<ServiceKey>& ours);

// What is to be there of ours: nothing of it is counted.
api::KernelTableView wanted_table_view(const KernelInfo& info, const Table& wanted);

api::KernelControlsView kernel_controls_view(const Controls& controls);

api::DriftEntryView drift_entry_view(const Drift& drift, bool fought_over);
// A service of others.
api::DriftEntryView foreign_view(const ServiceKey& key, const ServiceSnapshot& service);

// "1.2.1" of 0x010201.
std::string version_text(const KernelInfo& kernel);

}  // namespace lvsd
