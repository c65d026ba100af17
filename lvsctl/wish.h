#pragma once

#include "lvsctl/page.h"

namespace lvsd::ctl {

// Asks for a change whose answer is a Wish, and prints what it did and how to undo it.
Output changed(const Context& context, const Question& question);

}  // namespace lvsd::ctl
