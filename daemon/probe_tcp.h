#pragma once

#include <boost/asio/awaitable.hpp>

#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// Connects to the target and closes again in an orderly way. Ends after `timeout` at the latest, as
// L4OK, L4CON (refused, reset, unreachable), L4TOUT, or SOCKERR when the attempt could not be made
// for reasons of this machine (no descriptor, no memory, no free port, the source address is not
// ours). Cancelling ends it with an exception.
boost::asio::awaitable<Observation> probe_tcp(CheckTarget target, Duration timeout);

}  // namespace lvsd
