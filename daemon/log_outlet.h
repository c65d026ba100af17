#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/log_format.h"
#include "model/global.h"

namespace lvsd {

// A place that lines go to, other than standard error.
class LogOutlet {
 public:
  virtual ~LogOutlet() = default;
  // False when it cannot take it now: the line is for standard error then. Thread-safe.
  virtual bool take(const LogRecord& record) = 0;
};

inline constexpr std::string_view syslog_socket = "/dev/log";

// Datagrams as syslog(3) sends them, but without waiting for who reads them.
std::unique_ptr<LogOutlet> open_syslog(LogFormat format,
                                       std::string path = std::string(syslog_socket));
// systemd's, by its native protocol; nothing where it cannot be reached.
std::unique_ptr<LogOutlet> open_journal();
// Likewise, where standard error leads there.
std::unique_ptr<LogOutlet> open_journal_of_stderr();

// The one that the file asks for; null: standard error. Can block on a disk.
Result<std::unique_ptr<LogOutlet>> open_outlet(const LogSettings& settings, LogFormat format);

}  // namespace lvsd
