#pragma once

#include <cstddef>

#include "api/metrics.h"
#include "daemon/outlook.h"
#include "daemon/server_views.h"
#include "daemon/totals.h"

// What /metrics is made of.

namespace lvsd {

api::ServiceSample service_sample(const Outlook& outlook, const Totals& totals, std::size_t index,
                                  ViewDetail detail);
// Without what only the daemon itself knows: `ready`, `reloaded`, `idle` and the operations.
api::DaemonSample daemon_sample(const Outlook& outlook);

// Of this process, read from /proc. Blocks as files do. What cannot be read stays 0.
api::ProcessSample process_sample();

}  // namespace lvsd
