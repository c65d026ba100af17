#pragma once

// Runs test/data/errno_golden.txt (its header describes the language) through any transport: the
// fake kernel's, and a real socket's.

#include <string>
#include <string_view>
#include <vector>

#include "daemon/netlink_transport.h"

namespace lvsd::test {

// The text with every answer replaced by the one that came.
Result<std::string> with_answers(std::string_view golden, NetlinkTransport& transport);

// The whole of a file below test/data.
std::string test_data(std::string_view name);

}  // namespace lvsd::test
