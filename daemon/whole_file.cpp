#include "daemon/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"

namespace lvsd {

namespace {

Result<void> written(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_failure(errno, "writing");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// Writes in large pieces what comes in small ones. After a failure it takes everything and writes
// nothing.
class Gathering {
 public:
  explicit Gathering(int file) : file_(file) {}

  void take(std::string_view piece) {
    if (waiting_.size() + piece.size() > most_waiting) write_waiting();
    if (piece.size() > most_waiting)
      write(piece);
    else
      waiting_ += piece;
  }

  Result<void> finish() {
    write_waiting();
    if (outcome_ && ::fsync(file_) != 0) outcome_ = system_failure(errno, "syncing");
    return outcome_;
  }

 private:
  static constexpr std::size_t most_waiting = 16384;

  void write_waiting() {
    write(waiting_);
    waiting_.clear();
  }

  void write(std::string_view text) {
    if (outcome_) outcome_ = written(file_, text);
  }

  int file_;
  std::string waiting_;
  Result<void> outcome_;
};

Result<void> synced(const std::filesystem::path& directory) {
  const UniqueFd descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor || ::fsync(descriptor.get()) != 0) return system_failure(errno, "syncing");
  return {};
}

void make_directory(const std::filesystem::path& directory) {
  std::error_code ignored;
  std::filesystem::create_directories(directory.parent_path(), ignored);
  ::mkdir(directory.c_str(), 0700);
}

}  // namespace

Result<std::optional<std::string>> file_content(const std::filesystem::path& path,
                                                std::size_t most) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<std::string>();
  if (!file) return system_failure(errno, "opening");
  std::string text;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(errno, "reading");
    if (got == 0) return std::optional(std::move(text));
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > most) return system_failure(EFBIG, "reading");
  }
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view text) {
  return replace_file(path, [text](const TakePiece& take) { take(text); });
}

Result<void> replace_file(const std::filesystem::path& path,
                          const std::function<void(const TakePiece& take)>& give) {
  make_directory(path.parent_path());
  const std::string unfinished = path.native() + ".new";
  const UniqueFd file(
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return system_failure(errno, "opening");
  Gathering gathering(file.get());
  give([&gathering](std::string_view piece) { gathering.take(piece); });
  auto done = gathering.finish();
  if (done && ::rename(unfinished.c_str(), path.c_str()) != 0)
    done = system_failure(errno, "renaming");
  if (done) done = synced(path.parent_path());
  if (!done) ::unlink(unfinished.c_str());
  return done;
}

}  // namespace lvsd
