#include <algorithm>

#include "doctor/rules.h"

// Of what goes over the wires of this host, and who else is there.

namespace lvsd::doctor {
namespace {

bool is_sent_unchanged(const VirtualServer& server) {
  return forwards_by(server, Forwarding::direct) || forwards_by(server, Forwarding::tunnel);
}

}  // namespace

Findings judge_contested_vips(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  each_vip(what.config, [&](const Address& vip, const std::string& service) {
    const auto answers = facts.arp_answers.find(vip);
    // On a standby it is the master that answers.
    if (!facts.local.contains(vip) || answers == facts.arp_answers.end()) return;
    for (const ArpAnswer& one : answers->second)
      out.push_back(
          {Severity::failure,
           "VIP " + text(vip) + " of " + service + " is answered for by " + one.hardware + " on " +
               one.interface + ", too: clients reach it or this host",
           {"on the machine with that address, if it is a real server: lvsctl realserver " +
            text(vip) + "; else: ip addr del " + text(vip) + "/32 dev INTERFACE"}});
  });
  return out;
}

Findings judge_reverse_path(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  each_vip(what.config, [&](const Address& vip, const std::string& service) {
    const Interface* held = holder(facts, vip);
    const auto way = facts.way_back.find(vip);
    if (vip.family != Family::v4 || held == nullptr || !held->on_a_wire ||
        way == facts.way_back.end() || way->second == held->name ||
        effective(facts, held->name, "rp_filter") != 1)
      return;
    out.push_back({Severity::warning,
                   "rp_filter is 1 on " + held->name + ", and the way to clients of " + service +
                       " is " + way->second + ": their packets are dropped here",
                   {sysctl_fix("net.ipv4.conf." + held->name + ".rp_filter", "2")}});
  });
  return out;
}

Findings judge_large_receive(const Case& what) {
  const auto users = services_where(what.config, is_sent_unchanged);
  Findings out;
  for (const Interface& one : what.facts.interfaces)
    if (!users.empty() && one.up && one.large_receive == true)
      out.push_back({Severity::warning,
                     one.name +
                         " joins packets (LRO): those that it made too large for the way to "
                         "servers of " +
                         some(users) + " are lost",
                     {"ethtool -K " + one.name + " lro off"}});
  return out;
}

Findings judge_shared_host(const Case& what) {
  const std::string name = "net.ipv4.vs.backup_only";
  if (!what.config.global.sync_daemon || number(what.facts, name) != 0) return {};
  const auto here = services_where(what.config, [&what](const VirtualServer& server) {
    return std::any_of(server.real_servers.begin(), server.real_servers.end(),
                       [&what](const RealServer& real) {
                         return real.settings.forwarding != Forwarding::nat &&
                                what.facts.local.contains(real.endpoint.address);
                       });
  });
  if (here.empty()) return {};
  return {{Severity::warning,
           "this director is a real server of " + some(here) + ", shares connections, and " + name +
               " is 0: as a standby it sends on what was sent to it",
           {sysctl_fix(name, "1")}}};
}

}  // namespace lvsd::doctor
