#pragma once

#include <cstdint>

namespace lvsd {

// Where a thing was written. Not part of what it is: comparisons ignore it.
struct Origin {
  std::uint32_t file = 0;  // index into Config::files
  std::uint32_t line = 0;  // from 1; 0: nowhere

  bool operator==(const Origin&) const { return true; }
};

}  // namespace lvsd
