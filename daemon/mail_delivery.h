#pragma once

#include <boost/asio/awaitable.hpp>

#include "health/smtp_delivery.h"
#include "model/address.h"
#include "model/time.h"

namespace lvsd {

// Hands the mail to the server, in `limit` at most whatever that does. Runs in a checker.
boost::asio::awaitable<MailOutcome> delivered(Endpoint server, MailOrder order, Duration limit);

}  // namespace lvsd
