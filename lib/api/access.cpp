#include "api/access.h"

#include <algorithm>

namespace lvsd::api {

bool may(const Peer& peer, Access access, const Writers& writers) {
  if (access == Access::read || peer.uid == 0 || peer.uid == writers.daemon) return true;
  if (!writers.admin_group) return false;
  return peer.gid == *writers.admin_group || std::find(peer.groups.begin(), peer.groups.end(),
                                                       *writers.admin_group) != peer.groups.end();
}

}  // namespace lvsd::api
