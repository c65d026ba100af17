#pragma once

#include "api/views.h"
#include "model/config.h"

namespace lvsd {

// What a reload from `old` to `next` changes, for whoever asked for it.
api::ReloadView config_changes(const Config& old, const Config& next);

}  // namespace lvsd
