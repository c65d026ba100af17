#pragma once

#include <string>

#include "api/json.h"
#include "lvsctl/render.h"

namespace lvsd::ctl {

// The newest result of a check, step by step, and what it came to. `counts`: for rise and fall, so
// that the check has a state by it.
std::string steps_text(const api::CheckHistoryView& check, const api::Head& head, bool counts,
                       const Screen& screen);

}  // namespace lvsd::ctl
