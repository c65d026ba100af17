#pragma once

#include "api/views.h"
#include "config/diagnostic.h"
#include "model/config.h"

namespace lvsd {

// What a reload from `old` to `next` changes, for whoever asked for it.
api::ReloadView config_changes(const Config& old, const Config& next);

// What of the new settings only a restart can bring about; no file stands in them.
Diagnostics fixed_at_start(const GlobalSettings& old, const GlobalSettings& next);

}  // namespace lvsd
