#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text of the daemon on a terminal: how wide it is, and that it cannot give the terminal orders.

namespace lvsd::ctl {

// One line in which every character shows: controls, bytes that are not UTF-8 and the marks that
// turn the direction of writing are escaped ("\n", "\x1b", "\u202e").
std::string printable(std::string_view text);
// The same, but line ends stay.
std::string printable_lines(std::string_view text);

// Columns it takes: two for East Asian wide characters and pictographs, none for combining marks
// and for the colours of render.h.
std::size_t display_width(std::string_view text);

}  // namespace lvsd::ctl
