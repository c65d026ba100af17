#pragma once

#include <vector>

#include "api/views.h"
#include "model/address.h"

namespace lvsd {

// Where the virtual addresses are, as the network namespace of the calling thread has them. Blocks.
api::VipsView vips_view(const std::vector<Address>& vips);

}  // namespace lvsd
