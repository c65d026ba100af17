#pragma once

#include <optional>
#include <string_view>

#include "model/service.h"

namespace lvsd {

// What /proc/net/ip_vs_stats says of all connections there ever were in the network namespace
// (ip_vs_ctl.c: ip_vs_stats_show); nothing where the text is not of that shape.
std::optional<TrafficCounters> parse_ipvs_stats(std::string_view text);

}  // namespace lvsd
