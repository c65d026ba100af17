#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/service.h"

namespace lvsd {

// What /proc/net/ip_vs_stats says of all connections there ever were in the network namespace
// (ip_vs_ctl.c: ip_vs_stats_show); nothing where the text is not of that shape.
std::optional<TrafficCounters> parse_ipvs_stats(std::string_view text);

// What one CPU has counted of them.
struct CpuTraffic {
  std::uint32_t cpu = 0;
  TrafficCounters counters;

  bool operator==(const CpuTraffic&) const = default;
};

// The same of each CPU, by /proc/net/ip_vs_stats_percpu (ip_vs_stats_percpu_show).
std::optional<std::vector<CpuTraffic>> parse_ipvs_cpu_stats(std::string_view text);

}  // namespace lvsd
