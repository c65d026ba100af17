#pragma once

#include <boost/asio/awaitable.hpp>

#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// Checks that send a datagram and wait for what comes back, within `timeout` in all.

// The UDP_CHECK. Without an answer that is required it ends at the timeout, as keepalived's does.
boost::asio::awaitable<Observation> probe_udp(UdpCheck check, CheckTarget target, Duration timeout);

// The DNS_CHECK, over UDP or TCP.
boost::asio::awaitable<Observation> probe_dns(DnsCheck check, CheckTarget target, Duration timeout);

// The PING_CHECK, over an ICMP socket without privileges. SOCKERR where the system forbids it to us
// (net.ipv4.ping_group_range).
boost::asio::awaitable<Observation> probe_ping(CheckTarget target, Duration timeout);

}  // namespace lvsd
