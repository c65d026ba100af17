#pragma once

#include <cstddef>
#include <string>

#include "daemon/outlook.h"

// Virtual servers, as views.

namespace lvsd {

// Whether any of its servers answers through this host.
bool sees_replies(const VirtualServer& service);

// DOWN: nobody takes connections, or only the sorry server does. DEGRADED: some real server is
// missing, or failed and held. Else UP.
std::string service_state(const Pool& pool);
// When a pool last changed.
Time since(const Pool& pool);

api::ServiceSummary service_summary(const Outlook& outlook, std::size_t index);
api::ServiceView service_view(const Outlook& outlook, std::size_t index, bool with_servers);

}  // namespace lvsd
