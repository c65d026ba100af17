#include "daemon/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"

namespace lvsd {

namespace {

// Far above what 100,000 services need.
constexpr std::size_t size_limit = std::size_t{64} << 20;

Result<std::string> contents(int file) {
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(errno, "reading");
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > size_limit) return Error{state_errc::damaged, {}};
  }
}

Result<void> written(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_failure(errno, "writing");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file) != 0) return system_failure(errno, "syncing");
  return {};
}

Result<void> synced(const std::filesystem::path& directory) {
  const UniqueFd descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.get()) != 0) return system_failure(errno, "syncing");
  return {};
}

std::string first_line(const char* path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

Result<std::optional<State>> StateFile::load() const {
  const std::string attempt = "the state file " + path_.string();
  const UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<State>();
  if (!file) return within(attempt, system_failure(errno, "opening"));
  const auto text = contents(file.get());
  if (!text) return within(attempt, text.error());
  auto state = parse_state(*text);
  if (state) return std::optional(std::move(*state));
  if (state.error().code == state_errc::damaged)
    ::rename(path_.c_str(), (path_.native() + ".bad").c_str());
  return within(attempt, state.error());
}

Result<void> StateFile::save(const State& state) const {
  const std::string attempt = "saving the state file " + path_.string();
  std::error_code exists_already;
  std::filesystem::create_directories(path_.parent_path(), exists_already);
  const std::string unfinished = path_.native() + ".new";
  const UniqueFd file(
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return within(attempt, system_failure(errno, "opening"));
  auto done = written(file.get(), text(state));
  if (done && ::rename(unfinished.c_str(), path_.c_str()) != 0)
    done = system_failure(errno, "renaming");
  if (done) done = synced(path_.parent_path());
  if (done) return {};
  ::unlink(unfinished.c_str());
  return within(attempt, done.error());
}

State present_state() {
  State state;
  state.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  struct stat found {};
  if (::stat("/proc/thread-self/ns/net", &found) == 0) state.network_namespace = found.st_ino;
  return state;
}

}  // namespace lvsd
