#include "daemon/instance_lock.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

#include "daemon/log.h"

namespace lvsd {

namespace {

struct AbstractAddress {
  sockaddr_un address{};
  socklen_t length = 0;

  explicit AbstractAddress(std::string_view name) {
    address.sun_family = AF_UNIX;
    assert(name.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path + 1, name.data(), name.size());  // a leading zero: abstract
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

UniqueFd unix_socket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::optional<ucred> holder(const AbstractAddress& at) {
  const UniqueFd socket = unix_socket();
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (!socket || ::connect(socket.get(), at.get(), at.length) != 0 ||
      ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    return std::nullopt;
  return credentials;
}

}  // namespace

Result<UniqueFd> lock_namespace(std::string_view name) {
  UniqueFd socket = unix_socket();
  if (!socket) return system_failure(errno, "locking the network namespace: socket");

  const AbstractAddress at(name);
  if (::bind(socket.get(), at.get(), at.length) == 0) {
    // Listening records our process id for whoever is refused; nothing is ever accepted.
    if (::listen(socket.get(), 128) != 0)
      return system_failure(errno, "locking the network namespace: listen");
    return socket;
  }
  if (errno != EADDRINUSE) return system_failure(errno, "locking the network namespace: bind");

  const auto who = holder(at);
  if (who && who->uid != 0 && who->uid != ::geteuid()) {
    log(Level::warning,
        fmt::format("process {} of user {} holds the name of lvsd's lock; it is not "
                    "an lvsd we trust, going on without the lock",
                    who->pid, who->uid));
    return socket;
  }
  return system_failure(
      EADDRINUSE,
      who ? fmt::format("another lvsd runs in this network namespace, process {}", who->pid)
          : std::string("another lvsd runs in this network namespace"));
}

}  // namespace lvsd
