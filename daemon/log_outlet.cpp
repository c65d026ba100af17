#include "daemon/log_outlet.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/journal.h"
#include "daemon/log_file.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace {

class JournalOutlet final : public LogOutlet {
 public:
  explicit JournalOutlet(Journal journal) : journal_(std::move(journal)) {}
  bool take(const LogRecord& record) override {
    return journal_.send(journal_entry(priority(record.level), record.message, record.subject));
  }

 private:
  Journal journal_;
};

std::unique_ptr<LogOutlet> outlet_of(std::optional<Journal> journal) {
  if (!journal) return nullptr;
  return std::make_unique<JournalOutlet>(std::move(*journal));
}

// "Nov 21 05:04:03", RFC 3164's.
std::string syslog_time() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%b %e %H:%M:%S", &local);
  return {text.data(), size};
}

class SyslogOutlet final : public LogOutlet {
 public:
  SyslogOutlet(LogFormat format, std::string path) : format_(format), path_(std::move(path)) {}

  bool take(const LogRecord& record) override {
    constexpr int daemon_facility = 3 << 3;
    const std::string line = fmt::format(
        "<{}>{} lvsd[{}]: {}", daemon_facility | priority(record.level), syslog_time(), ::getpid(),
        format_ == LogFormat::json
            ? json_line(record.level, record.message, record.subject, wall_clock())
            : std::string(record.message));
    const std::lock_guard guard(mutex_);
    // Once more with a new socket: syslog's daemon may have been restarted.
    return send(line) || (connect() && send(line));
  }

 private:
  bool connect() {
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!socket_ || path_.size() >= sizeof address.sun_path) return false;
    path_.copy(address.sun_path, path_.size());
    return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
  }
  bool send(const std::string& line) {
    return socket_ && ::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) ==
                          static_cast<ssize_t>(line.size());
  }

  const LogFormat format_;
  const std::string path_;
  std::mutex mutex_;
  UniqueFd socket_;
};

}  // namespace

std::unique_ptr<LogOutlet> open_syslog(LogFormat format, std::string path) {
  return std::make_unique<SyslogOutlet>(format, std::move(path));
}

std::unique_ptr<LogOutlet> open_journal() {
  return outlet_of(Journal::connect());
}

std::unique_ptr<LogOutlet> open_journal_of_stderr() {
  return outlet_of(Journal::open());
}

Result<std::unique_ptr<LogOutlet>> open_outlet(const LogSettings& settings, LogFormat format) {
  switch (settings.target) {
    case LogTarget::usual:
      return format == LogFormat::text ? open_journal_of_stderr() : nullptr;
    case LogTarget::journal: {
      auto journal = open_journal();
      if (!journal) return system_failure(ENOENT, "opening the journal's socket");
      return journal;
    }
    case LogTarget::standard_error:
      return std::unique_ptr<LogOutlet>();
    case LogTarget::syslog:
      return open_syslog(format);
    case LogTarget::file:
      break;
  }
  auto file = LogFile::open(settings.file, format);
  if (!file) return file.error();
  return std::unique_ptr<LogOutlet>(std::move(*file));
}

}  // namespace lvsd
