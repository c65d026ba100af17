#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "doctor/doctor.h"

// The judges that the table of rules names, one for each, and what they have in common.

namespace lvsd::doctor {

using Findings = std::vector<Finding>;

// Of the kernel and of IPVS.
Findings judge_ipvs(const Case& what);
Findings judge_estimation(const Case& what);
Findings judge_defence(const Case& what);
Findings judge_table_size(const Case& what);
Findings judge_clock(const Case& what);

// Of lvsd itself.
Findings judge_daemon(const Case& what);
Findings judge_rivals(const Case& what);
Findings judge_namespace(const Case& what);
Findings judge_configuration(const Case& what);
Findings judge_drift(const Case& what);

// Of addresses and ways.
Findings judge_forwarding(const Case& what);
Findings judge_redirects(const Case& what);
Findings judge_vips(const Case& what);
Findings judge_contested_vips(const Case& what);
Findings judge_reverse_path(const Case& what);
Findings judge_large_receive(const Case& what);
Findings judge_shared_host(const Case& what);
Findings judge_arp_of_vips(const Case& what);
Findings judge_tunnel_mtu(const Case& what);
Findings judge_return_way(const Case& what);
Findings judge_neighbours(const Case& what);
Findings judge_other_side(const Case& what);

// Of connections and how long they live.
Findings judge_zombies(const Case& what);
Findings judge_port_reuse(const Case& what);
Findings judge_gone_servers(const Case& what);
Findings judge_quiescent_templates(const Case& what);
Findings judge_sloppy(const Case& what);
Findings judge_conntrack(const Case& what);

// Of the firewall.
Findings judge_source_nat(const Case& what);
Findings judge_input(const Case& what);
Findings judge_marks(const Case& what);

// Of a real server.
Findings judge_held_vip(const RealServerCase& what);
Findings judge_arp(const RealServerCase& what);
Findings judge_reverse_path(const RealServerCase& what);
Findings judge_tunnel_device(const RealServerCase& what);

// ---- for them

// Each VIP once, with who uses it: take(address, id of the virtual server).
template <class Take>
void each_vip(const Config& config, Take take) {
  std::set<Address> seen;
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& service : server.services)
      if (service.fwmark == 0 && seen.insert(service.address).second)
        take(service.address, id(server));
}

// The interface that holds an address; null: there is none.
const Interface* holder(const Facts& facts, const Address& address);

// The number of a sysctl; absent: not read, or not one number.
std::optional<std::uint64_t> number(const Facts& facts, const std::string& sysctl);

// Of net.FAMILY.conf.INTERFACE.NAME, where the kernel takes the greater of the interface's and of
// "all"; absent: not read.
std::optional<std::uint64_t> effective(const Facts& facts, const std::string& interface,
                                       const std::string& name);

// "a, b, c and 4 more".
std::string some(const std::vector<std::string>& words);

// The ids of the virtual servers of which `holds` says so, in the order of the file.
template <class Holds>
std::vector<std::string> services_where(const Config& config, Holds holds) {
  std::vector<std::string> out;
  for (const VirtualServer& server : config.virtual_servers)
    if (holds(server)) out.push_back(id(server));
  return out;
}

bool forwards_by(const VirtualServer& server, Forwarding forwarding);

// "sysctl -w NAME=VALUE"
std::string sysctl_fix(const std::string& name, std::string_view value);

Finding good(std::string text);

}  // namespace lvsd::doctor
