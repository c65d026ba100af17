#pragma once

#include <vector>

#include "api/request.h"
#include "api/routes.h"
#include "api/views.h"
#include "daemon/check_book.h"
#include "daemon/named_objects.h"
#include "model/config.h"

namespace lvsd {

// The checks of the real server that a path means ("service", "server"), or the answer that there
// is none.
Named<std::vector<Check>> checks_of(const Config& config, const api::Words& path);

// The same moment on two clocks.
struct Clocks {
  Time now;
  api::Moment wall;
};

api::CheckResultView result_view(const PastResult& past, const Clocks& clocks);

// The checks with their last results, newest first.
std::vector<api::CheckHistoryView> check_history_views(const CheckBook& book,
                                                       const std::vector<Check>& checks,
                                                       const Clocks& clocks);

}  // namespace lvsd
