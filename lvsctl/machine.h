#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "api/moment.h"
#include "base/result.h"
#include "config/files.h"
#include "config/load.h"
#include "doctor/doctor.h"
#include "lvsctl/address_names.h"
#include "lvsctl/terminal.h"

namespace lvsd::ctl {

// What commands use of this machine beside the daemon.
struct Machine {
  Files files;
  LoadOptions reading;  // what a configuration may ask of the machine
  std::function<api::Moment()> now;
  // Puts a new file there, whole or not at all; refuses where there is one unless it may replace.
  std::function<Result<void>(const std::string& path, const std::string& text, bool replace)> write;
  // All of standard input, where that is no terminal.
  std::function<Result<std::string>()> standard_input;
  // The file in which something of this name may be kept for this terminal; its folder is there.
  std::function<Result<std::string>(const std::string& name)> place;
  // Runs a line of the shell with these variables in its environment, waits for its end and returns
  // its exit code, or 128 and the signal that ended it.
  std::function<int(const std::string& line, const std::map<std::string, std::string>& variables)>
      run;
  std::function<void(std::chrono::milliseconds)> sleep;
  // A clock that only goes forward, from whenever it began.
  std::function<std::chrono::milliseconds()> uptime;
  // Waits so long. False: the user no longer wants to (Ctrl-C), from the first call on.
  std::function<bool(std::chrono::milliseconds)> pause;
  // Puts `after` into a file of somebody's that still says `before`: whole or not at all, with the
  // same owner, rights and attributes; where a link leads. Else the file is not touched.
  std::function<Result<void>(const std::string& path, const std::string& before,
                             const std::string& after)>
      replace;
  // What it looks like; daemon/machine_facts.h.
  std::function<doctor::Facts(const doctor::Questions&, std::optional<doctor::RunningDaemon>)>
      facts;
  // A whole screen; null: there is none. terminal.h.
  std::function<std::unique_ptr<Terminal>(bool color)> terminal;
  // address_names.h.
  std::function<AddressNames(const std::set<Address>&, std::chrono::milliseconds limit)> names;
};

Machine this_machine();

}  // namespace lvsd::ctl
