#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lvsd {

// What strangers sent, made fit for a log line or a terminal: ASCII stays, everything else becomes
// \n, \r, \t or \xNN. What is longer than `most` characters ends with "...".
std::string printable(std::string_view bytes, std::size_t most = 80);

// One line of our own that may quote strangers, for a log or a terminal: UTF-8 stays, control
// characters (C0, DEL, C1) and what is no UTF-8 become \xNN, a byte each.
std::string printable_line(std::string_view line);

}  // namespace lvsd
