#pragma once

#include <string>
#include <string_view>

#include "netlink/message.h"

// Messages as hexadecimal digits; blanks are for the reader.

namespace lvsd::test {

Bytes bytes(std::string_view hex);
std::string hex(BytesView bytes);

}  // namespace lvsd::test
