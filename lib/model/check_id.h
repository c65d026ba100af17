#pragma once

#include <cstdint>

namespace lvsd {

// Names a check while it runs.
using CheckId = std::uint32_t;

}  // namespace lvsd
