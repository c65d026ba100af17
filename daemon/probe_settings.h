#pragma once

#include "model/probe_settings.h"

namespace lvsd {

// What the configuration says to probes, with the files it names as they are now. Blocks on the
// disk. A file that cannot be read fails no reload: the checks that need it say so.
ProbeSettings probe_settings(const GlobalSettings& global);

}  // namespace lvsd
