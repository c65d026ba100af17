#pragma once

#include <vector>

#include "daemon/outlook.h"

// What the checks of a server say, as views.

namespace lvsd {

// The health of a server is that of the check that speaks for it: one whose state is the server's,
// else the first.
api::HealthView health_view(const Outlook& outlook, const std::vector<Check>& checks,
                            const ServerState& state);
std::vector<api::CheckView> check_views(const Outlook& outlook, const std::vector<Check>& checks,
                                        const ServerState& state);

}  // namespace lvsd
