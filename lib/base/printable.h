#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lvsd {

// What strangers sent, made fit for a log line or a terminal: ASCII stays, everything else becomes
// \n, \r, \t or \xNN. What is longer than `most` characters ends with "...".
std::string printable(std::string_view bytes, std::size_t most = 80);

}  // namespace lvsd
