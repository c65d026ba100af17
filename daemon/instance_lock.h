#pragma once

#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace lvsd {

// Makes this process the only lvsd of its network namespace for as long as the descriptor lives.
//
// The lock is the abstract Unix socket "@lvsd": the kernel keeps such names per network namespace
// and drops them with the process, so there is no stale file, and a container that shares the
// namespace but not the file system is still seen. Refused with EADDRINUSE and the holder's process
// id. A holder that is neither root nor our own user cannot keep us out: it could be anyone.
//
// `name` is another one in tests only. REQUIRES: at most 100 bytes.
Result<UniqueFd> lock_namespace(std::string_view name = "lvsd");

}  // namespace lvsd
