#include "daemon/notify_fifo.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "daemon/script_user.h"

namespace lvsd {

namespace {

// Who it belongs to when it is made.
Result<ScriptUser> owner(const NotifyFifo& fifo) {
  ScriptUser self;
  self.uid = ::geteuid();
  self.gid = ::getegid();
  if (fifo.user.empty()) return self;
  return script_user({.argv = {}, .user = fifo.user, .group = fifo.group}, {});
}

bool is_made(const NotifyFifo& fifo, const ScriptUser& user) {
  if (::mkfifo(fifo.path.c_str(), 0600) != 0) return errno == EEXIST;
  if (!user.changes) return true;
  if (::lchown(fifo.path.c_str(), user.uid, user.gid) == 0) return true;
  const int error = errno;
  ::unlink(fifo.path.c_str());
  errno = error;
  return false;
}

}  // namespace

Result<NotifyPipe> NotifyPipe::open(const NotifyFifo& fifo) {
  const std::string attempt = "opening the FIFO '" + fifo.path + "'";
  const auto user = owner(fifo);
  if (!user) return user.error();
  if (!is_made(fifo, *user)) return system_failure(errno, attempt);
  // For reading, too: so that it opens, and goes on, while there is no reader.
  UniqueFd file(::open(fifo.path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return system_failure(errno, attempt);
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return system_failure(errno, attempt);
  if (!S_ISFIFO(found.st_mode)) return system_failure(ENOTSUP, attempt + ": it is no FIFO");
  if (found.st_uid != ::geteuid() && found.st_uid != user->uid)
    return system_failure(EPERM, attempt + ": it belongs to somebody else");
  return NotifyPipe(std::move(file));
}

bool NotifyPipe::write(std::string_view line) {
  return ::write(file_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

}  // namespace lvsd
