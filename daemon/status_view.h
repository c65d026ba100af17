#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "daemon/outlook.h"

// What somebody should know who looks at lvsd for the first time today.

namespace lvsd {

api::StatusView status_view(const Outlook& outlook);
// Parts of it.
// What needs attention of the daemon itself, and of one virtual server.
std::vector<api::AttentionView> own_attention(const Outlook& outlook);
void add_attention(const Outlook& outlook, std::size_t index,
                   std::vector<api::AttentionView>& attention);
// All but services, attention and the overall state, which follows from them.
api::StatusView daemon_view(const Outlook& outlook);
api::CheckCounts check_counts(const Outlook& outlook);
api::KernelView kernel_view(const Outlook& outlook);
api::DriftView drift_view(const Outlook& outlook);
api::VersionView version_view(const std::optional<KernelInfo>& kernel);

}  // namespace lvsd
