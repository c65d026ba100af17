#include <algorithm>

#include "doctor/rules.h"

// What DR and tunnels need of a real server.

namespace lvsd::doctor {
namespace {

// A VIP is an address of the machine, wherever it stands.
std::vector<const Interface*> holders(const RealServerCase& what) {
  std::vector<const Interface*> out;
  for (const Interface& one : what.facts.interfaces)
    if (std::any_of(one.addresses.begin(), one.addresses.end(),
                    [&what](const HeldAddress& held) { return held.address == what.vip; }))
      out.push_back(&one);
  return out;
}

bool is_v4(const RealServerCase& what) {
  return what.vip.family == Family::v4;
}

std::string prefix(const RealServerCase& what) {
  return is_v4(what) ? "/32" : "/128";
}

std::string device(const RealServerCase& what) {
  if (what.forwarding != Forwarding::tunnel) return "lo";
  return is_v4(what) ? "tunl0" : "ip6tnl0";
}

std::string set_up(const RealServerCase& what) {
  return "ip addr add " + text(what.vip) + prefix(what) + " dev " + device(what) +
         (is_v4(what) ? "" : " preferred_lft 0");
}

// The wires on which a setting is less than it has to be.
std::vector<std::string> wires_below(const RealServerCase& what, const std::string& name,
                                     std::uint64_t least) {
  std::vector<std::string> out;
  for (const Interface& one : what.facts.interfaces) {
    const auto value = effective(what.facts, one.name, name);
    if (one.on_a_wire && one.up && value && *value < least) out.push_back(one.name);
  }
  return out;
}

// With DR, where packets do not come in by the interface that replies leave by. Which one the
// director sends by is not to be seen here: the packets that were dropped say so.
Findings judge_reverse_path_of_wires(const RealServerCase& what) {
  const auto way = what.facts.way_back.find(what.vip);
  if (way == what.facts.way_back.end()) return {};
  const std::uint64_t drops = what.facts.reverse_path_drops.value_or(0);
  Findings out;
  for (const Interface& one : what.facts.interfaces) {
    if (!one.on_a_wire || !one.up || one.name == way->second ||
        effective(what.facts, one.name, "rp_filter") != 1)
      continue;
    out.push_back({drops == 0 ? Severity::info : Severity::warning,
                   "rp_filter is 1 on " + one.name + ", and replies from the VIP leave by " +
                       way->second + ": what the director sends by " + one.name +
                       " is dropped (packets dropped so far: " + std::to_string(drops) + ")",
                   {sysctl_fix("net.ipv4.conf." + one.name + ".rp_filter", "2")}});
  }
  return out;
}

}  // namespace

Findings judge_held_vip(const RealServerCase& what) {
  const auto held = holders(what);
  const std::string vip = text(what.vip);
  if (held.empty()) {
    if (what.facts.local.contains(what.vip)) return {good("a local route catches " + vip)};
    return {{Severity::failure,
             "VIP " + vip + " is no address of this server: it drops what the director sends",
             {set_up(what)}}};
  }
  for (const Interface* one : held) {
    if (one->on_a_wire)
      return {
          {Severity::failure,
           "VIP " + vip + " is on " + one->name +
               ", where this server answers for it in the "
               "place of the director",
           {"ip addr del " + vip + prefix(what) + " dev " + one->name + " && " + set_up(what)}}};
    if (!one->up)
      return {{Severity::failure,
               "VIP " + vip + " is on " + one->name + ", which is down",
               {"ip link set " + one->name + " up"}}};
    for (const HeldAddress& address : one->addresses)
      if (address.address == what.vip && address.prefix != (is_v4(what) ? 32 : 128))
        return {{Severity::warning,
                 "VIP " + vip + "/" + std::to_string(address.prefix) + " on " + one->name +
                     ": this server takes all of that network for its own",
                 {"ip addr del " + vip + "/" + std::to_string(address.prefix) + " dev " +
                  one->name + " && " + set_up(what)}}};
  }
  return {good("VIP " + vip + " is on " + held.front()->name)};
}

Findings judge_arp(const RealServerCase& what) {
  if (!is_v4(what)) return {};  // neighbour discovery answers for addresses of its interface only
  const auto talkative = wires_below(what, "arp_ignore", 1);
  const auto revealing = wires_below(what, "arp_announce", 2);
  Findings out;
  if (!talkative.empty())
    out.push_back({Severity::failure,
                   "arp_ignore is 0 on " + some(talkative) +
                       ": this server answers ARP requests for the VIP and takes its traffic from "
                       "the director",
                   {sysctl_fix("net.ipv4.conf.all.arp_ignore", "1")}});
  if (!revealing.empty())
    out.push_back({Severity::failure,
                   "arp_announce is less than 2 on " + some(revealing) +
                       ": replies from the VIP tell neighbours that it is here",
                   {sysctl_fix("net.ipv4.conf.all.arp_announce", "2")}});
  if (out.empty()) out.push_back(good("ARP says nothing of the VIP"));
  return out;
}

Findings judge_reverse_path(const RealServerCase& what) {
  if (!is_v4(what)) return {};
  if (what.forwarding != Forwarding::tunnel) return judge_reverse_path_of_wires(what);
  const auto value = effective(what.facts, device(what), "rp_filter");
  if (!value) return {};
  if (*value != 1) return {good("rp_filter lets packets of the tunnel in")};
  return {{Severity::failure,
           "rp_filter is 1 for " + device(what) + ": what the director sends is dropped",
           {sysctl_fix("net.ipv4.conf." + device(what) + ".rp_filter", "2")}}};
}

Findings judge_tunnel_device(const RealServerCase& what) {
  if (what.forwarding != Forwarding::tunnel) return {};
  const std::string name = device(what);
  const auto found = std::find_if(what.facts.interfaces.begin(), what.facts.interfaces.end(),
                                  [&name](const Interface& one) { return one.name == name; });
  if (found == what.facts.interfaces.end())
    return {{Severity::failure,
             "there is no " + name + " that would unpack the tunnel",
             {std::string(is_v4(what) ? "modprobe ipip" : "modprobe ip6_tunnel") +
              " && ip link set " + name + " up"}}};
  if (!found->up) return {{Severity::failure, name + " is down", {"ip link set " + name + " up"}}};
  return {good(name + " is up")};
}

}  // namespace lvsd::doctor
