#pragma once

#include <exception>

namespace lvsd {

// For co_spawn. An exception that leaves a coroutine of ours is a bug or a lack of memory: it ends
// the daemon. The table stays, a new process adopts it.
inline void die_of(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace lvsd
