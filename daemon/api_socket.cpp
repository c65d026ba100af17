#include "daemon/api_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace lvsd {
namespace {

using std::filesystem::path;

constexpr std::string_view unfinished_suffix = ".new";

Error failure(std::string_view attempt, const path& file) {
  return system_failure(errno, std::string(attempt) + " " + file.string());
}

std::optional<sockaddr_un> socket_address(const path& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = file.native();
  if (name.size() >= sizeof(address.sun_path)) return std::nullopt;
  name.copy(address.sun_path, name.size());
  return address;
}

UniqueFd stream_socket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Held as long as the descriptor is open: of two daemons that find the same stale file, one wins.
// The lock's file stays behind: to unlink it would let two hold "it" at once.
Result<UniqueFd> lock(const path& file) {
  const path lock_file = file.native() + ".lock";
  UniqueFd descriptor(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor) return failure("opening", lock_file);
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0) return descriptor;
  if (errno != EWOULDBLOCK) return failure("locking", lock_file);
  return system_failure(EADDRINUSE, "another process serves " + file.string());
}

// Whether somebody answers at a socket's file. connect() that would have to wait has found somebody
// whose queue is full.
Result<bool> is_listened_on(const path& file, const sockaddr_un& address) {
  const UniqueFd probe = stream_socket();
  if (!probe) return failure("opening a socket for", file);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN)
    return true;
  if (errno == ECONNREFUSED || errno == ENOENT) return false;
  return failure("asking who listens on", file);
}

// Nothing there, or a dead socket of ours: the name may be taken.
Result<void> check_replaceable(const path& file, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return failure("looking at", file);
  }
  if (!S_ISSOCK(found.st_mode))
    return system_failure(EEXIST, file.string() + " is not a socket and is left alone");
  const auto listened_on = is_listened_on(file, address);
  if (!listened_on) return listened_on.error();
  if (*listened_on)
    return system_failure(EADDRINUSE, "another process listens on " + file.string());
  if (found.st_uid != ::geteuid() && ::geteuid() != 0)
    return system_failure(EEXIST, file.string() + " is a socket of uid " +
                                      std::to_string(found.st_uid) + " and is left alone");
  return {};
}

Result<UniqueFd> bound(const path& file, const sockaddr_un& address) {
  UniqueFd descriptor = stream_socket();
  if (!descriptor) return failure("opening a socket for", file);
  if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure("binding", file);
  return descriptor;
}

// REQUIRES: nobody can reach the file yet.
Result<void> open_to_its_users(const path& file, const ApiSocket& socket, const UniqueFd& bound) {
  if (socket.group && ::lchown(file.c_str(), static_cast<uid_t>(-1), *socket.group) != 0)
    return failure("giving group " + std::to_string(*socket.group) + " to", file);
  if (::chmod(file.c_str(), socket.mode) != 0) return failure("setting the mode of", file);
  if (::listen(bound.get(), SOMAXCONN) != 0) return failure("listening on", file);
  return {};
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const ApiSocket& socket) {
  const path unfinished = socket.path.native() + std::string(unfinished_suffix);
  const auto address = socket_address(socket.path);
  const auto unfinished_address = socket_address(unfinished);
  if (!address || !unfinished_address)
    return system_failure(
        ENAMETOOLONG, "the socket's path " + socket.path.string() + " is longer than 103 bytes");
  auto held = lock(socket.path);
  if (!held) return held.error();
  if (const auto free = check_replaceable(socket.path, *address); !free) return free.error();
  // Left by a daemon that died here; the lock says that it is nobody's.
  if (const auto free = check_replaceable(unfinished, *unfinished_address); !free)
    return free.error();
  ::unlink(unfinished.c_str());

  ListeningSocket listening(socket.path, std::move(*held));
  auto descriptor = bound(unfinished, *unfinished_address);
  if (!descriptor) return descriptor.error();
  listening.descriptor_ = std::move(*descriptor);
  auto ready = open_to_its_users(unfinished, socket, listening.descriptor_);
  struct stat made {};
  if (ready && ::lstat(unfinished.c_str(), &made) != 0) ready = failure("looking at", unfinished);
  if (ready && ::rename(unfinished.c_str(), socket.path.c_str()) != 0)
    ready = failure("moving the socket to", socket.path);
  if (!ready) {
    ::unlink(unfinished.c_str());
    return ready.error();
  }
  listening.device_ = made.st_dev;
  listening.inode_ = made.st_ino;
  return listening;
}

ListeningSocket::~ListeningSocket() {
  if (!lock_) return;
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_)
    ::unlink(path_.c_str());
}

}  // namespace lvsd
