#pragma once

#include "config/files.h"
#include "config/load.h"

namespace lvsd {

// The configuration files on the disk. Only regular files are read, whole, up to 16 MiB; one that
// changes while it is read is read again, and refused when it does not come to rest.
Files disk_files();

// What a file may ask of this machine: its host name for `@ID` lines, the environment, a random
// number.
LoadOptions machine_options();

}  // namespace lvsd
