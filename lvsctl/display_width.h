#pragma once

#include <cstddef>
#include <string_view>

namespace lvsd::ctl {

// Columns the text takes on a terminal; none for the colours of render.h.
std::size_t display_width(std::string_view text);

}  // namespace lvsd::ctl
