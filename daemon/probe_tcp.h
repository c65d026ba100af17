#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>

#include "base/pattern.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// Connects to the target and closes again in an orderly way. Ends after `timeout` at the latest, as
// L4OK, L4CON (refused, reset, unreachable), L4TOUT, or SOCKERR when the attempt could not be made
// for reasons of this machine (no descriptor, no memory, no free port, the source address is not
// ours). Cancelling ends it early.
boost::asio::awaitable<Observation> probe_tcp(CheckTarget target, Duration timeout);

// The same, and sends `check.send` and waits until what comes matches `expected` (no more than
// 16 KiB of it are looked at): then it ends as L7OK, L7RSP or L7TOUT as well.
// REQUIRES: both outlive it.
boost::asio::awaitable<Observation> probe_tcp_dialogue(const TcpCheck& check,
                                                       const Pattern& expected, CheckTarget target,
                                                       Duration timeout);

}  // namespace lvsd
