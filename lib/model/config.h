#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "model/check.h"
#include "model/destination.h"
#include "model/service.h"
#include "model/time.h"

namespace lvsd {

// Where a thing was written. Not part of what it is: comparisons ignore it.
struct Origin {
  std::uint32_t file = 0;  // index into Config::files
  std::uint32_t line = 0;  // from 1

  bool operator==(const Origin&) const { return true; }
};

struct RealServer {
  std::string name;  // empty: known by its address
  // As written. With NAT and port 0 the client's destination port is kept; with DR and TUN the
  // service's port is what counts (`destination_key` in lib/plan).
  Endpoint endpoint;
  DestinationSettings settings;
  bool inhibit_on_failure = false;  // failed: weight 0 instead of removal
  std::vector<Check> checks;        // all must pass; none: always up
  Origin origin;

  bool operator==(const RealServer&) const = default;
};

// Takes over for a whole virtual server when quorum is lost.
struct SorryServer {
  Endpoint endpoint;
  DestinationSettings settings;
  bool inhibit = false;  // at rest: weight 0 instead of absent
  Origin origin;

  bool operator==(const SorryServer&) const = default;
};

// One `virtual_server` block.
struct VirtualServer {
  std::string name;                  // empty: known by its address, mark or group
  std::string group;                 // of a virtual_server_group, or empty
  std::vector<ServiceKey> services;  // one, or one for each address and mark of the group
  ServiceSettings settings;
  std::uint32_t quorum = 1;  // least weight of what serves
  std::uint32_t hysteresis = 0;
  std::vector<RealServer> real_servers;
  std::vector<SorryServer> sorry_servers;
  Origin origin;

  bool operator==(const VirtualServer&) const = default;
};

// What people call it: the name, else "group:NAME", else its service's id ("tcp:10.0.0.1:80").
std::string id(const VirtualServer& server);
// The name, else "10.0.0.2:80".
std::string id(const RealServer& server);

struct GlobalSettings {
  Duration audit_interval = std::chrono::seconds(10);

  bool operator==(const GlobalSettings&) const = default;
};

struct Config {
  GlobalSettings global;
  std::vector<VirtualServer> virtual_servers;
  std::vector<std::string> files;  // read for it, the main one first

  bool operator==(const Config&) const = default;
};

}  // namespace lvsd
