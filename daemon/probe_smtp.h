#pragma once

#include <boost/asio/awaitable.hpp>

#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// The SMTP_CHECK: greeting, HELO, QUIT, within `timeout` in all.
boost::asio::awaitable<Observation> probe_smtp(SmtpCheck check, CheckTarget target,
                                               Duration timeout);

}  // namespace lvsd
