#pragma once

#include <optional>
#include <string>

#include "daemon/check_runner.h"
#include "daemon/supervisor.h"
#include "model/global.h"

namespace lvsd {

// The command line of lvsd(8), and what the environment says.
struct Options {
  std::string config_file = "/etc/lvsd/lvsd.conf";
  std::string socket = "/run/lvsd/lvsd.sock";
  std::string state_dir = "/var/lib/lvsd";
  std::string config_id;  // for `@id` lines; empty: the host name up to its first dot
  bool check_config = false;
  MakeCheckRunner check_runner{};  // empty: checks run in processes of their own
  std::optional<bool> lenient;     // absent: the file's name decides
  bool verbose = false;
  LogFormat log_format = LogFormat::text;  // on standard error
  SupervisorAddress supervisor{};
};

// How the process ends; lvsctl's codes mean the same (lvsd(8), lvsctl(1)).
enum Exit {
  exit_done = 0,
  exit_usage = 2,
  exit_refused = 5,     // the configuration is not valid, or another lvsd runs here
  exit_permission = 7,  // CAP_NET_ADMIN is missing
  exit_kernel = 9,      // no IPVS in the kernel, or an internal error
};

}  // namespace lvsd
