#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/address.h"

namespace lvsd {

// A socket that listens at the address: non-blocking, close-on-exec, of one family only, so that
// 0.0.0.0 and :: may both be had. Errors are those of bind(): address_in_use,
// address_not_available, permission_denied.
Result<UniqueFd> listening_tcp_socket(const Endpoint& endpoint);

}  // namespace lvsd
