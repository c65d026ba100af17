#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "api/request.h"

// Who may do what. Who may connect at all, and so read, is decided by the socket's file mode.

namespace lvsd::api {

enum class Access : std::uint8_t { read, write };

// Who may write besides root.
struct Writers {
  uid_t daemon = 0;                  // the user lvsd runs as
  std::optional<gid_t> admin_group;  // "lvsd-admin"; absent: there is no such group here
};

bool may(const Peer& peer, Access access, const Writers& writers);

// Whether passwords and keys are shown: to those who may write, and never over a network.
bool may_see_secrets(const Peer& peer, const Writers& writers);

}  // namespace lvsd::api
