#pragma once

#include "config/load.h"
#include "daemon/options.h"

namespace lvsd {

// Reads the configuration the options name, from disk. Blocks: not for the loop.
Loaded load_config(const Options& options);

// `lvsd --check-config`: says on standard error what is wrong with the file. Returns the exit code.
int check_config(const Options& options);

}  // namespace lvsd
