#include "daemon/counter_views.h"

#include <cstdint>
#include <optional>

namespace lvsd {

namespace {

void add(std::optional<std::uint64_t>& sum, std::uint64_t value) {
  sum = sum.value_or(0) + value;
}

}  // namespace

void add(api::CountersView& view, const TrafficCounters& counters, bool sees_replies) {
  add(view.connections, counters.connections);
  add(view.in_packets, counters.in_packets);
  add(view.in_bytes, counters.in_bytes);
  if (!sees_replies) return;
  add(view.out_packets, counters.out_packets);
  add(view.out_bytes, counters.out_bytes);
}

void add(api::RatesView& view, const TrafficRates& rates, bool sees_replies) {
  add(view.cps, rates.connections);
  add(view.in_pps, rates.in_packets);
  add(view.in_bps, rates.in_bytes);
  if (!sees_replies) return;
  add(view.out_pps, rates.out_packets);
  add(view.out_bps, rates.out_bytes);
}

void add(api::ConnectionsView& view, const DestinationCounters& counters) {
  add(view.active, counters.active_connections);
  add(view.inactive, counters.inactive_connections);
  add(view.persistent, counters.persistent_connections);
}

}  // namespace lvsd
