#pragma once

#include <string>
#include <string_view>

namespace lvsd::api {

// Appends a text as JSON has it, between quotes: as it is but for what must be escaped and for what
// a terminal would obey (DEL, the C1 controls). Bytes that are no UTF-8 become U+FFFD.
void append_text(std::string& out, std::string_view text);

}  // namespace lvsd::api
