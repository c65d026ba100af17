#pragma once

#include <boost/asio/awaitable.hpp>

#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// The AGENT_CHECK: connects, sends what the check says, reads one line, within `timeout` in all.
boost::asio::awaitable<Observation> probe_agent(AgentCheck check, CheckTarget target,
                                                Duration timeout);

}  // namespace lvsd
