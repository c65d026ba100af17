#pragma once

#include "daemon/config_recording.h"
#include "daemon/options.h"

namespace lvsd {

// Reads the configuration the options name, from disk. Blocks: not for the loop.
Recorded load_config(const Options& options, bool origins = false);

// `lvsd --check-config`: says what is wrong with the file, as `lvsctl config check` does. Returns
// the exit code.
int check_config(const Options& options);

}  // namespace lvsd
