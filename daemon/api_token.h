#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace lvsd {

// The token that changes over TCP need: the first line of a file that belongs to root or to the
// daemon, that others can neither read nor change. Blocks. Errors:
//   permission_denied   others could read it, or group members change it, or it is a stranger's
//   invalid_argument    it is no file, or its token is shorter than 16 characters, or has others
//                       than those of a header
//   whatever the system said
Result<std::string> api_token(const std::filesystem::path& file);

}  // namespace lvsd
