#pragma once

#include <string>

#include "base/result.h"
#include "model/time.h"

namespace lvsd {

// Whether the module ("ip_vs_wlc") is in the running kernel: under /sys/module, or built in.
bool is_module_loaded(const std::string& name);

// Loads it with the program that the kernel itself would use (/proc/sys/kernel/modprobe), which
// only root may. Blocks; gives up after `timeout`. Whether that helped, is_module_loaded tells.
Result<void> load_module(const std::string& name, Duration timeout = std::chrono::seconds(5));

}  // namespace lvsd
