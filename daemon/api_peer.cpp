#include "daemon/api_peer.h"

#include <sys/socket.h>

#include <cerrno>

#include "daemon/socket_address.h"
#include "model/address.h"

namespace lvsd {

api::Peer peer_of(int descriptor) {
  api::Peer peer;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return peer;
  peer.uid = credentials.uid;
  peer.gid = credentials.gid;
  peer.pid = credentials.pid;

  // The kernel says how much room it needs when there is too little (NGROUPS_MAX is 65,536).
  socklen_t bytes = 0;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes) != 0 && errno != ERANGE)
    return peer;
  peer.groups.resize(bytes / sizeof(gid_t));
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &bytes) != 0)
    peer.groups.clear();
  return peer;
}

api::Peer tcp_peer_of(int descriptor) {
  api::Peer peer;
  peer.address = "an unknown address";
  SocketAddress address;
  if (::getpeername(descriptor, address.get(), &address.size) != 0) return peer;
  peer.address = text(endpoint_of(address));
  return peer;
}

}  // namespace lvsd
