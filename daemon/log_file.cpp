#include "daemon/log_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/system_executor.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <future>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "daemon/wall_clock.h"

namespace lvsd {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t most_waiting = 10000;
constexpr auto farewell = 500ms;

UniqueFd opened(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

struct LogFile::Writing {
  std::string path;
  LogFormat format = LogFormat::text;
  UniqueFd file;
  std::atomic<std::size_t> waiting = 0;
  std::atomic<std::uint64_t> lost = 0;

  // Whether what is open is what has the name.
  bool is_in_place() const {
    struct stat named {};
    struct stat open {};
    return file && ::stat(path.c_str(), &named) == 0 && ::fstat(file.get(), &open) == 0 &&
           named.st_dev == open.st_dev && named.st_ino == open.st_ino;
  }

  void write(const std::string& line) {
    if (!is_in_place())
      if (UniqueFd other = opened(path)) file = std::move(other);
    if (const std::uint64_t before = lost.exchange(0); before != 0) {
      const std::string count = fmt::format("{} lines are missing here", before);
      const LogRecord record{Level::warning, count, nullptr};
      if (!write_all(file.get(), dated_line(format, record, wall_clock()) + "\n")) {
        lost += before + 1;
        return;
      }
    }
    if (!write_all(file.get(), line)) ++lost;
  }
};

Result<std::unique_ptr<LogFile>> LogFile::open(const std::string& path, LogFormat format) {
  auto writing = std::make_shared<Writing>();
  writing->path = path;
  writing->format = format;
  writing->file = opened(path);
  if (!writing->file) return system_failure(errno, "opening the log " + path);
  return std::unique_ptr<LogFile>(new LogFile(std::move(writing)));
}

LogFile::LogFile(std::shared_ptr<Writing> writing)
    : writing_(std::move(writing)),
      thread_(boost::asio::system_executor(), "lvsd-log", farewell / 10) {}

LogFile::~LogFile() {
  const auto written = std::make_shared<std::promise<void>>();
  const auto all = written->get_future();
  thread_.post([written] { written->set_value(); });
  all.wait_for(farewell);
}

bool LogFile::take(const LogRecord& record) {
  if (writing_->waiting.load() >= most_waiting) {
    ++writing_->lost;
    return true;
  }
  ++writing_->waiting;
  thread_.post(
      [writing = writing_, line = dated_line(writing_->format, record, wall_clock()) + "\n"] {
        writing->write(line);
        --writing->waiting;
      });
  return true;
}

}  // namespace lvsd
