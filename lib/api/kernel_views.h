#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.h"

// What the API says of the kernel's own content, ours or not, in the kernel's terms.

namespace lvsd::api {

struct TunnelView {
  std::string type;        // "ipip", "gue", "gre"
  std::uint16_t port = 0;  // gue
  std::string checksum;    // "none", "full", "remote"

  bool operator==(const TunnelView&) const = default;
};

struct DestinationView {
  Endpoint endpoint;       // "address" and "port"
  std::string forwarding;  // "NAT", "DR", "TUN", "LOCAL", "BYPASS"
  std::optional<TunnelView> tunnel;
  std::uint32_t weight = 0;
  std::uint32_t upper_threshold = 0;  // 0: none
  std::uint32_t lower_threshold = 0;
  std::uint64_t active_connections = 0;
  std::uint64_t inactive_connections = 0;
  std::uint64_t persistent_connections = 0;
  CountersView counters;
  RatesView rates;

  bool operator==(const DestinationView&) const = default;
};

struct KernelServiceView {
  ServiceKey key;
  bool ours = false;
  std::string scheduler;
  std::vector<std::string> flags;         // of the scheduler, and "ops"
  std::uint32_t persistence_timeout = 0;  // seconds; 0: not persistent
  std::string netmask;                    // of a persistent one that is not that of one client
  std::optional<std::string> engine;
  CountersView counters;
  RatesView rates;
  std::vector<DestinationView> destinations;

  bool operator==(const KernelServiceView&) const = default;
};

struct KernelTableView {
  std::string version;  // "1.2.1"
  std::uint64_t table_size = 0;
  std::vector<KernelServiceView> services;

  bool operator==(const KernelTableView&) const = default;
};

// An entry of ours that others changed, or one of others.
struct DriftEntryView {
  std::string kind;                   // "missing", "extra", "changed"; "foreign": not ours
  std::string service;                // of the kernel: "tcp:203.0.113.10:80"
  std::optional<std::string> server;  // its address; null: the service itself
  std::string found;                  // settings in the kernel; empty: missing
  std::string wanted;                 // settings wanted; empty: extra
  bool fought_over = false;           // another program changes it each time it is repaired

  bool operator==(const DriftEntryView&) const = default;
};

}  // namespace lvsd::api
