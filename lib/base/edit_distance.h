#pragma once

#include <cstddef>
#include <string_view>

namespace lvsd {

// How many insertions, deletions, substitutions and swaps of neighbours make one word of the other
// (optimal string alignment); bytes, not characters. What "did you mean" goes by.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace lvsd
