#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/outlook.h"
#include "model/timeouts.h"

// What operators wish beside the file, as views.

namespace lvsd {

// Nothing for who showed the token: nobody this machine knows.
std::optional<std::uint32_t> uid_of(const Author& author);

// The state a real server is in by decree, and by whose.
api::AdminView admin_view(const Outlook& outlook, std::size_t pool, std::size_t index);
// The same of the backup of that real server.
api::AdminView backup_admin_view(const Outlook& outlook, std::size_t pool, std::size_t index);

std::vector<api::OverrideView> override_views(const Outlook& outlook);
void add_timeout_overrides(const Outlook& outlook, const TimeoutOverrides& wishes,
                           std::vector<api::OverrideView>& views);

// What wishes are called, "web/web02 weight", "web scheduler", by what they are of, which may have
// another name with another configuration.
using WishNames = std::map<std::string, std::string>;
WishNames wish_names(const Pools& pools);
// The names of those that are left no more.
std::vector<std::string> dropped(const WishNames& before, const WishNames& after);

}  // namespace lvsd
