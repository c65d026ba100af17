#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.h"

// What the API says of traffic.

namespace lvsd::api {

// Connections at which a server is full, and below which it no longer is; null: no limit.
struct ThresholdsView {
  std::optional<std::uint64_t> upper;
  std::optional<std::uint64_t> lower;

  bool operator==(const ThresholdsView&) const = default;
};

struct ServerStatsView {
  std::string server;  // id
  std::string role;    // "primary", "backup", "sorry"
  std::string state;
  std::optional<std::int64_t> weight;  // in the kernel; null: is absent there
  ConnectionsView connections;
  ThresholdsView thresholds;  // in the kernel
  CountersView counters;
  RatesView rates;

  bool operator==(const ServerStatsView&) const = default;
};

struct ServiceStatsView {
  std::string service;  // id of the virtual server
  ConnectionsView connections;
  CountersView counters;
  RatesView rates;
  std::vector<ServerStatsView> servers;

  bool operator==(const ServiceStatsView&) const = default;
};

// How many connections have the same of what they are counted by; the rest is null.
struct ConnectionCountView {
  std::optional<std::string> protocol;
  std::optional<std::string> client;  // address
  std::optional<std::string> service;
  std::optional<std::string> server;
  std::optional<std::string> state;
  std::uint64_t count = 0;

  bool operator==(const ConnectionCountView&) const = default;
};

// What IPVS has counted on one CPU, of all services there are and were.
struct CpuStatsView {
  std::uint32_t cpu = 0;
  CountersView counters;

  bool operator==(const CpuStatsView&) const = default;
};

}  // namespace lvsd::api
