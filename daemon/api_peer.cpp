#include "daemon/api_peer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

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
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return peer;
  Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    endpoint.port = ntohs(v4.sin_port);
    std::memcpy(endpoint.address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    endpoint.port = ntohs(v6.sin6_port);
    endpoint.address.family = Family::v6;
    std::memcpy(endpoint.address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  }
  peer.address = text(endpoint);
  return peer;
}

}  // namespace lvsd
