#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/rare.h"
#include "model/check.h"
#include "model/destination.h"
#include "model/global.h"
#include "model/origin.h"
#include "model/server_policy.h"
#include "model/service.h"
#include "model/time.h"

namespace lvsd {

// Takes over for one real server, with that server's weight, when it fails or is full.
struct BackupServer {
  std::string name;  // empty: known by its address
  Endpoint endpoint;
  Forwarding forwarding = Forwarding::nat;
  Tunnel tunnel;
  std::vector<Check> checks;
  Origin origin;

  bool operator==(const BackupServer&) const = default;
};

struct RealServer {
  Rare<std::string> name;  // empty: known by its address
  // As written. With NAT and port 0 the client's destination port is kept; with DR and TUN the
  // service's port is what counts (`destination_key` in lib/plan).
  Endpoint endpoint;
  DestinationSettings settings;
  bool inhibit_on_failure = false;  // failed: weight 0 instead of removal
  bool disabled = false;            // taken out by the file
  std::vector<Check> checks;        // all must pass; none: always up
  std::shared_ptr<const ServerPolicy> policy = default_policy();  // never null
  std::shared_ptr<const BackupServer> backup;                     // null: none
  Origin origin;

  bool operator==(const RealServer& other) const;

  static const std::shared_ptr<const ServerPolicy>& default_policy();
};

// Takes over for a whole virtual server when quorum is lost.
struct SorryServer {
  std::string name;  // empty: known by its address
  Endpoint endpoint;
  DestinationSettings settings;
  bool inhibit = false;       // at rest: weight 0 instead of absent
  std::vector<Check> checks;  // none: always up
  Origin origin;

  bool operator==(const SorryServer&) const = default;
};

// One line of a `virtual_server_group`: a mark, an address, or a range of addresses.
struct GroupEntry {
  std::uint32_t fwmark = 0;  // 0: an address entry
  Family family = Family::v4;
  bool family_given = false;  // of a mark
  Address first;
  std::uint32_t count = 1;  // addresses from `first` on
  std::uint16_t port = 0;

  bool operator==(const GroupEntry&) const = default;
};

struct ServiceGroup {
  std::string name;
  std::vector<GroupEntry> entries;
  Origin origin;

  bool operator==(const ServiceGroup&) const = default;
};

// One `virtual_server` block.
struct VirtualServer {
  std::string name;                  // empty: known by its address, mark or group
  std::string owner;                 // who to ask; free text
  std::string group;                 // of a virtual_server_group, or empty
  std::vector<ServiceKey> services;  // one, or one for each address and mark of the group
  ServiceSettings settings;
  std::uint32_t quorum = 1;  // least weight of what serves
  std::uint32_t hysteresis = 0;
  Rare<Script> quorum_up;
  Rare<Script> quorum_down;
  bool omega = false;              // "down" scripts run when the daemon stops, too
  bool ha_suspend = false;         // checks run only while the address is on this host
  std::optional<bool> smtp_alert;  // mail on a change of quorum; absent: the global words, else no
  bool graceful_removal = false;   // a real server deleted from the file drains first
  std::vector<RealServer> real_servers;
  std::vector<SorryServer> sorry_servers;
  Origin origin;

  bool operator==(const VirtualServer&) const = default;
};

// What people call it: the name, else "group:NAME", else its service's id ("tcp:10.0.0.1:80").
std::string id(const VirtualServer& server);
// The name, else "10.0.0.2:80".
std::string id(const RealServer& server);
std::string id(const BackupServer& server);
std::string id(const SorryServer& server);

struct Config {
  GlobalSettings global;
  std::vector<ServiceGroup> groups;
  std::vector<VirtualServer> virtual_servers;
  std::vector<std::string> files;  // read for it, the main one first

  // The same configuration, wherever it was read from.
  bool operator==(const Config& other) const {
    return global == other.global && groups == other.groups &&
           virtual_servers == other.virtual_servers;
  }
};

}  // namespace lvsd
