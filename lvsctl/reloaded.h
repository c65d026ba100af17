#pragma once

#include "lvsctl/page.h"

namespace lvsd::ctl {

// Asks for a reload, or for an earlier configuration, and says what came of it.
Output reloaded(const Context& context, const Question& question);

}  // namespace lvsd::ctl
