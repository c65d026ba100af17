#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/script_user.h"
#include "health/script_check.h"
#include "model/time.h"

namespace lvsd {

struct Program {
  std::string path;
  std::vector<std::string> arguments;  // with the name it is called by
  std::vector<std::string> environment;
  ScriptUser user;
  mode_t umask = 0177;
};

// A program of ours that runs, in a process group of its own. One that is left behind is ended and
// reaped in the background.
class ChildProcess {
 public:
  static constexpr std::size_t most_output = 4096;

  static Result<std::unique_ptr<ChildProcess>> start(boost::asio::any_io_executor executor,
                                                     const Program& program);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Its end; at `deadline` it is made to end. To be called once.
  boost::asio::awaitable<Ended> ended(Time deadline);

  // The first most_output bytes of what it has written. The rest is thrown away, so that a program
  // that writes without end goes on.
  std::string output();

 private:
  struct Output;

  ChildProcess(boost::asio::any_io_executor executor, pid_t pid, UniqueFd handle, UniqueFd output,
               UniqueFd failure);
  Ended reaped(bool timed_out);

  boost::asio::any_io_executor executor_;
  pid_t pid_;
  UniqueFd handle_;   // pidfd; none: reaped
  UniqueFd failure_;  // gets the errno of a start that failed
  std::shared_ptr<Output> output_;
};

}  // namespace lvsd
