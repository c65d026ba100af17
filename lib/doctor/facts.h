#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "doctor/firewall.h"
#include "model/address.h"

// What a machine looks like, as far as the doctor asks: plain values, read at the edge
// (daemon/machine_facts.h), or written as text by a test. What could not be read is absent, and is
// never taken for 0.

namespace lvsd::doctor {

struct HeldAddress {
  Address address;
  unsigned prefix = 0;

  bool operator==(const HeldAddress&) const = default;
};

struct Interface {
  std::string name;
  bool up = false;
  bool on_a_wire = false;  // neither loopback nor without ARP, as dummies and tunnels are
  std::uint32_t mtu = 0;
  std::vector<HeldAddress> addresses;
  std::optional<bool> large_receive;  // LRO: the card joins packets, for good

  bool operator==(const Interface&) const = default;
};

// What the running lvsd says of itself and of the kernel.
struct RunningDaemon {
  std::string version;
  std::int64_t pid = 0;
  std::optional<bool> may_change_network;  // CAP_NET_ADMIN
  std::optional<bool> in_this_namespace;   // of the network; absent: not to be seen
  std::optional<bool> file_changed;        // on disk, since it was loaded
  std::uint32_t tcp_timeout = 0;           // the kernel's; 0: not known
  std::uint64_t connections = 0;
  std::uint64_t drift = 0;  // entries of ours that are not as wanted
  std::uint64_t foreign_services = 0;
  std::string trouble;  // why the kernel is not as wanted; empty: it is, as far as lvsd knows

  bool operator==(const RunningDaemon&) const = default;
};

// Another machine that says that it has an address.
struct ArpAnswer {
  std::string hardware;   // "02:00:00:00:00:01"
  std::string interface;  // of ours, by which it was heard

  bool operator==(const ArpAnswer&) const = default;
};

struct Facts {
  std::string kernel_release;               // "6.1.0-18-amd64"
  std::optional<std::string> ipvs_version;  // "1.2.1"; absent: IPVS is not in the kernel
  std::uint64_t table_size = 0;
  std::map<std::string, std::string> sysctls;  // "net.ipv4.ip_forward" -> "1"
  std::set<std::string> missing_modules;       // neither in the kernel nor installed
  std::vector<Interface> interfaces;
  std::set<Address> local;                 // of those asked for: this host takes their packets
  std::map<Address, std::string> way_out;  // of those asked for: the interface on the way there
  std::vector<std::string> rivals;         // programs that write IPVS's table: "keepalived (812)"
  std::optional<bool> clock_synchronised;
  std::optional<RunningDaemon> lvsd;  // absent: it does not answer; `lvsd_silence` says why
  std::string lvsd_silence;
  std::map<Address, std::vector<ArpAnswer>> arp_answers;  // of those asked for
  std::map<Address, std::string> way_back;  // of those asked for: by which interface what comes
                                            // from them leaves for a stranger
  std::optional<std::uint64_t> reverse_path_drops;  // packets that rp_filter dropped so far
  std::optional<Firewall> firewall;                 // absent: it could not be read
  std::string config_trouble;  // why there is no configuration to judge by; empty: there is one

  bool operator==(const Facts&) const = default;
};

}  // namespace lvsd::doctor
