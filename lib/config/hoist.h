#pragma once

#include "config/entries.h"

namespace lvsd {

// Says once in the virtual server what all of its servers, or all of their checks, say alike.
void hoist(Entry& service);

}  // namespace lvsd
