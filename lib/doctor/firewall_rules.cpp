#include "doctor/rules.h"

// Of the firewall, as far as its rules can be read.

namespace lvsd::doctor {
namespace {

std::string word_of(Protocol protocol) {
  return protocol == Protocol::udp ? "udp" : protocol == Protocol::sctp ? "sctp" : "tcp";
}

bool may_let_in(const Firewall& firewall, const ServiceKey& service) {
  const std::string address = text(service.address);
  for (const std::string& one : firewall.accepted)
    if (one == address || one.starts_with(address + "/")) return true;
  return accepts_port(firewall, service.port);
}

}  // namespace

Findings judge_source_nat(const Case& what) {
  const std::string name = "net.ipv4.vs.conntrack";
  const auto value = number(what.facts, name);
  if (!what.facts.firewall || !value || what.config.virtual_servers.empty()) return {};
  const bool rewrites = what.facts.firewall->rewrites_sources;
  if (rewrites && *value == 0)
    return {{Severity::info,
             "there is source NAT (SNAT or masquerade), and " + name +
                 " is 0: it does not touch what IPVS forwards",
             {sysctl_fix(name, "1") + ", if it is to"}}};
  if (!rewrites && *value != 0)
    return {{Severity::info,
             name + " is 1, and no rule changes sources: packets take longer for nothing",
             {sysctl_fix(name, "0") + ", if no rule asks for the state of connections of IPVS"}}};
  return {};
}

Findings judge_input(const Case& what) {
  const auto& firewall = what.facts.firewall;
  if (!firewall || firewall->dropping.empty() || firewall->other_accepts) return {};
  Findings out;
  for (const VirtualServer& server : what.config.virtual_servers)
    for (const ServiceKey& service : server.services) {
      if (service.fwmark != 0 || may_let_in(*firewall, service)) continue;
      const bool is_v4 = service.address.family == Family::v4;
      out.push_back({Severity::warning,
                     "the firewall drops what comes in (" + firewall->dropping.front() +
                         "), and no rule lets clients of " + id(server) + " in",
                     {std::string(is_v4 ? "iptables" : "ip6tables") + " -I INPUT -p " +
                      word_of(service.protocol) + " -d " + text(service.address) + " --dport " +
                      std::to_string(service.port) + " -j ACCEPT, or the same in its file"}});
    }
  return out;
}

Findings judge_marks(const Case& what) {
  const auto& firewall = what.facts.firewall;
  if (!firewall || firewall->other_marks) return {};
  Findings out;
  for (const VirtualServer& server : what.config.virtual_servers)
    for (const ServiceKey& service : server.services) {
      if (service.fwmark == 0 || firewall->marks.contains(service.fwmark)) continue;
      const std::string mark = std::to_string(service.fwmark);
      const bool is_v4 = service.family == Family::v4;
      out.push_back(
          {Severity::warning,
           "no rule gives packets the mark " + mark + ": " + id(server) + " gets none",
           {std::string(is_v4 ? "iptables" : "ip6tables") +
            " -t mangle -A PREROUTING -d VIP -p tcp --dport PORT -j MARK --set-mark " + mark}});
    }
  return out;
}

}  // namespace lvsd::doctor
