#include <algorithm>
#include <set>

#include "doctor/rules.h"
#include "doctor/subnet.h"

// Of addresses and ways.

namespace lvsd::doctor {
namespace {

// Where an address would be put: the interface in whose network it is.
std::string best_interface(const Facts& facts, const Address& address) {
  for (const Interface& one : facts.interfaces)
    for (const HeldAddress& held : one.addresses)
      if (one.on_a_wire && is_within(address, held)) return one.name;
  return "INTERFACE";
}

std::string host_prefix(const Address& address) {
  return text(address) + (address.family == Family::v4 ? "/32" : "/128");
}

bool is_of_family(const VirtualServer& server, Family family) {
  return std::any_of(server.services.begin(), server.services.end(),
                     [family](const ServiceKey& service) { return service.family == family; });
}

void judge_forwarding(const Case& what, Family family, const std::string& sysctl, Findings& out) {
  const auto users = services_where(what.config, [family](const VirtualServer& server) {
    return forwards_by(server, Forwarding::nat) && is_of_family(server, family);
  });
  const auto value = number(what.facts, sysctl);
  if (users.empty() || !value) return;
  if (*value != 0)
    out.push_back(good(sysctl + " = " + std::to_string(*value) + " (NAT: " + some(users) + ")"));
  else
    out.push_back({Severity::failure,
                   sysctl + " is 0: replies of the servers of " + some(users) +
                       " (NAT) do not come back to clients",
                   {sysctl_fix(sysctl, "1") + ", and the same in /etc/sysctl.d/lvsd.conf"}});
}

// The interface on which both the VIP and a server of it are, with NAT; empty: there is none.
std::string one_arm(const Facts& facts, const VirtualServer& server) {
  for (const ServiceKey& service : server.services) {
    const Interface* held = service.fwmark == 0 ? holder(facts, service.address) : nullptr;
    if (held == nullptr || !held->on_a_wire || service.family == Family::v6) continue;
    for (const RealServer& real : server.real_servers) {
      const auto way = facts.way_out.find(real.endpoint.address);
      if (real.settings.forwarding == Forwarding::nat && way != facts.way_out.end() &&
          way->second == held->name)
        return held->name;
    }
  }
  return {};
}

}  // namespace

Findings judge_forwarding(const Case& what) {
  Findings out;
  judge_forwarding(what, Family::v4, "net.ipv4.ip_forward", out);
  judge_forwarding(what, Family::v6, "net.ipv6.conf.all.forwarding", out);
  return out;
}

Findings judge_redirects(const Case& what) {
  std::set<std::string> told;
  Findings out;
  for (const VirtualServer& server : what.config.virtual_servers) {
    const std::string interface = one_arm(what.facts, server);
    if (interface.empty() || !told.insert(interface).second) continue;
    // Here, too, one of both is enough.
    if (effective(what.facts, interface, "send_redirects").value_or(0) == 0) continue;
    out.push_back({Severity::warning,
                   "clients and servers of " + id(server) + " are both on " + interface +
                       ", and this host sends redirects there: replies may go past it",
                   {"sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf." + interface +
                    ".send_redirects=0"}});
  }
  return out;
}

Findings judge_vips(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  std::size_t held = 0;
  each_vip(what.config, [&](const Address& vip, const std::string& service) {
    if (facts.local.contains(vip)) {
      ++held;
      return;
    }
    out.push_back({Severity::failure,
                   "VIP " + text(vip) + " of " + service +
                       " is no address of this host: clients cannot reach it (with VRRP that is "
                       "so on the standby)",
                   {"ip addr add " + host_prefix(vip) + " dev " + best_interface(facts, vip)}});
  });
  if (out.empty() && held != 0)
    out.push_back(good(std::to_string(held) + (held == 1 ? " VIP is" : " VIPs are all") +
                       " held by this host"));
  return out;
}

Findings judge_arp_of_vips(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  each_vip(what.config, [&](const Address& vip, const std::string& service) {
    const Interface* held = holder(facts, vip);
    if (vip.family != Family::v4 || held == nullptr || held->on_a_wire) return;
    for (const Interface& wire : facts.interfaces)
      if (wire.on_a_wire && wire.up && effective(facts, wire.name, "arp_ignore").value_or(0) != 0) {
        out.push_back({Severity::warning,
                       "VIP " + text(vip) + " of " + service + " is on " + held->name +
                           ", and arp_ignore keeps " + wire.name + " from answering for it",
                       {sysctl_fix("net.ipv4.conf." + wire.name + ".arp_ignore", "0") +
                        ", or announce the VIP by routing"}});
        return;
      }
  });
  return out;
}

Findings judge_tunnel_mtu(const Case& what) {
  const auto users = services_where(what.config, [](const VirtualServer& server) {
    return forwards_by(server, Forwarding::tunnel);
  });
  if (users.empty()) return {};
  if (number(what.facts, "net.ipv4.vs.pmtu_disc") == 0)
    return {{Severity::warning,
             "net.ipv4.vs.pmtu_disc is 0: clients of " + some(users) +
                 " are not told that packets are too large for the tunnel",
             {sysctl_fix("net.ipv4.vs.pmtu_disc", "1")}}};
  constexpr std::uint32_t usual_mtu = 1500;
  std::vector<std::string> narrow;
  for (const auto& [server, way] : what.facts.way_out)
    for (const Interface& one : what.facts.interfaces)
      if (one.name == way && one.mtu <= usual_mtu) narrow.push_back(text(server));
  if (narrow.empty()) return {};
  return {
      {Severity::info,
       "packets of 1500 bytes do not fit into the tunnel to " + some(narrow) +
           ": every network to the clients has to let ICMP through",
       {"an MTU of 1600 towards the servers, or a smaller MSS on them (ip route … advmss 1400)"}}};
}

Findings judge_return_way(const Case& what) {
  const auto users = services_where(what.config, [](const VirtualServer& server) {
    return forwards_by(server, Forwarding::nat);
  });
  if (users.empty()) return {};
  return {{Severity::info,
           "the servers of " + some(users) + " (NAT) have to reply through this host",
           {"look there: ip route get CLIENT has to name this host as the gateway"}}};
}

Findings judge_neighbours(const Case& what) {
  std::size_t servers = 0;
  for (const auto& way : what.facts.way_out)
    servers += way.first.family == Family::v4 ? 1U : 0U;
  const std::string name = "net.ipv4.neigh.default.gc_thresh3";
  const auto most = number(what.facts, name);
  if (!most || servers * 2 < *most) return {};
  return {{servers >= *most ? Severity::failure : Severity::warning,
           std::to_string(servers) + " real servers, and room for " + std::to_string(*most) +
               " neighbours",
           {sysctl_fix(name, std::to_string(servers * 4))}}};
}

Findings judge_other_side(const Case& what) {
  std::set<std::string> vips;
  for (const VirtualServer& server : what.config.virtual_servers)
    for (const ServiceKey& service : server.services)
      if (service.fwmark == 0 &&
          (forwards_by(server, Forwarding::direct) || forwards_by(server, Forwarding::tunnel)))
        vips.insert(text(service.address) +
                    (forwards_by(server, Forwarding::tunnel) ? " --tunnel" : ""));
  if (vips.empty()) return {};
  std::vector<std::string> commands;
  commands.reserve(vips.size());
  for (const std::string& vip : vips)
    commands.push_back("lvsctl doctor --realserver " + vip);
  return {{Severity::info,
           "DR and tunnels: what the real servers need can be seen there only",
           {"run on each of them: " + some(commands)}}};
}

}  // namespace lvsd::doctor
