#pragma once

#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/global.h"

// `lvs_notify_fifo`, `notify_fifo`: a named pipe that gets a line for each event. Nobody waits for
// its reader: a line that finds the pipe full is lost.

namespace lvsd {

class NotifyPipe {
 public:
  // Makes it where it is missing (mode 0600, of the user and group it is configured with) and opens
  // it. Blocks as the disk does. Refused is what is no FIFO, and one that is neither ours nor that
  // user's: someone else could read along, or feed the reader.
  static Result<NotifyPipe> open(const NotifyFifo& fifo);

  // The whole line, or nothing: false.
  bool write(std::string_view line);

 private:
  explicit NotifyPipe(UniqueFd file) : file_(std::move(file)) {}

  UniqueFd file_;
};

}  // namespace lvsd
