#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/outlook.h"

namespace lvsd {

// What a view has of a server.
enum class ViewDetail : std::uint8_t {
  all,
  listed,   // not its checks one by one, nor its policy
  figures,  // nor what the checks found, where it is configured and why it is as it is
};

// The servers of one virtual server: real servers, then sorry servers, then backups.
std::vector<api::ServerView> server_views(const Outlook& outlook, std::size_t index,
                                          ViewDetail detail = ViewDetail::all);

}  // namespace lvsd
