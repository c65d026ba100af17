#include "lvsctl/machine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "base/unique_fd.h"
#include "daemon/config_file.h"

namespace lvsd::ctl {
namespace {

api::Moment local_time() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return {std::chrono::time_point_cast<milliseconds>(now),
          std::chrono::minutes(local.tm_gmtoff / 60)};
}

bool written(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

// A link takes the name only where it is free; a rename takes it anyway.
bool named(const std::string& unfinished, const std::string& path, bool replace) {
  if (replace) return ::rename(unfinished.c_str(), path.c_str()) == 0;
  return ::link(unfinished.c_str(), path.c_str()) == 0 && ::unlink(unfinished.c_str()) == 0;
}

Result<void> write_file(const std::string& path, const std::string& text, bool replace) {
  std::string unfinished = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(unfinished.data(), O_CLOEXEC));
  if (!file) return system_failure(errno, "writing '" + path + "'");
  // Readable by the group as configuration is, not by everybody: it may hold passwords.
  if (::fchmod(file.get(), 0640) == 0 && written(file.get(), text) &&
      named(unfinished, path, replace))
    return {};
  const Error failure = system_failure(errno, "writing '" + path + "'");
  ::unlink(unfinished.c_str());
  return failure;
}

}  // namespace

Machine this_machine() {
  return {disk_files(), machine_options(), local_time, write_file};
}

}  // namespace lvsd::ctl
