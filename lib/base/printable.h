#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text that may come from strangers, made fit for a log or a terminal.

namespace lvsd {

// ASCII stays, everything else becomes \n, \r, \t or \xNN, a backslash two. What is longer than
// `most` characters ends with "...".
std::string printable(std::string_view bytes, std::size_t most = 80);

// One line of our own that may quote strangers: UTF-8 stays; what steers a terminal (utf8.h) and
// bytes that are not UTF-8 show as \n, \r, \t, \xNN or \uNNNN.
std::string printable_line(std::string_view line);
// The same, but line ends stay.
std::string printable_lines(std::string_view text);

}  // namespace lvsd
