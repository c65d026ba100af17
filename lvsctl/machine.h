#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "api/moment.h"
#include "base/result.h"
#include "config/files.h"
#include "config/load.h"

namespace lvsd::ctl {

// What commands use of this machine beside the daemon.
struct Machine {
  Files files;
  LoadOptions reading;  // what a configuration may ask of the machine
  std::function<api::Moment()> now;
  // Puts a new file there, whole or not at all; refuses where there is one unless it may replace.
  std::function<Result<void>(const std::string& path, const std::string& text, bool replace)> write;
  // A clock that only goes forward, from whenever it began.
  std::function<std::chrono::milliseconds()> uptime;
  // Waits so long. False: the user no longer wants to (Ctrl-C), from the first call on.
  std::function<bool(std::chrono::milliseconds)> pause;
};

Machine this_machine();

}  // namespace lvsd::ctl
