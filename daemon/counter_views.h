#pragma once

#include "api/views.h"
#include "model/table.h"

// Sums of what the kernel counts, over the services and destinations that make one thing for
// people.

namespace lvsd {

// Replies are seen by this host with NAT only; elsewhere 0 would be a lie.
void add(api::CountersView& view, const TrafficCounters& counters, bool sees_replies);
void add(api::RatesView& view, const TrafficRates& rates, bool sees_replies);
void add(api::ConnectionsView& view, const DestinationCounters& counters);

}  // namespace lvsd
