#pragma once

#include <optional>

#include "daemon/outlook.h"

// What somebody should know who looks at lvsd for the first time today.

namespace lvsd {

api::StatusView status_view(const Outlook& outlook);
// Parts of it.
api::CheckCounts check_counts(const Outlook& outlook);
api::KernelView kernel_view(const Outlook& outlook);
api::DriftView drift_view(const Outlook& outlook);
api::VersionView version_view(const std::optional<KernelInfo>& kernel);

}  // namespace lvsd
