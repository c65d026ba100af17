#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/log_outlet.h"
#include "daemon/side_thread.h"

namespace lvsd {

// The log as a file, written on a thread of its own: a disk that hangs or is full holds nothing up.
// Ten thousand lines wait for it at most; what comes on top is counted, and the count is written
// when there is room again. Who turns the file over moves it away and that is all: the next line
// makes a new one.
class LogFile final : public LogOutlet {
 public:
  // Appends to the file at `path`. Blocks.
  static Result<std::unique_ptr<LogFile>> open(const std::string& path, LogFormat format);
  // Waits for what is not written yet, half a second at most.
  ~LogFile() override;

  bool take(const LogRecord& record) override;

 private:
  struct Writing;
  explicit LogFile(std::shared_ptr<Writing> writing);

  std::shared_ptr<Writing> writing_;  // the thread may outlive this
  SideThread thread_;
};

}  // namespace lvsd
