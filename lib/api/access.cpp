#include "api/access.h"

#include <algorithm>

namespace lvsd::api {

bool may(const Peer& peer, Access access, const Writers& writers) {
  if (access == Access::read) return true;
  if (!peer.address.empty()) return peer.has_token;
  if (peer.uid == 0 || peer.uid == writers.daemon) return true;
  if (!writers.admin_group) return false;
  return peer.gid == *writers.admin_group || std::find(peer.groups.begin(), peer.groups.end(),
                                                       *writers.admin_group) != peer.groups.end();
}

bool may_see_secrets(const Peer& peer, const Writers& writers) {
  return peer.address.empty() && may(peer, Access::write, writers);
}

}  // namespace lvsd::api
