#pragma once

#include <cstddef>
#include <vector>

#include "daemon/outlook.h"

// What operators wish beside the file, as views.

namespace lvsd {

// The state a real server is in by decree, and by whose.
api::AdminView admin_view(const Outlook& outlook, std::size_t pool, std::size_t index);

std::vector<api::OverrideView> override_views(const Outlook& outlook);

}  // namespace lvsd
