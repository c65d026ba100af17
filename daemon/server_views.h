#pragma once

#include <cstddef>
#include <vector>

#include "daemon/outlook.h"

namespace lvsd {

// The servers of one virtual server: real servers, then sorry servers, then backups.
std::vector<api::ServerView> server_views(const Outlook& outlook, std::size_t index);

}  // namespace lvsd
