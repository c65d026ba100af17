#include "doctor/doctor.h"

#include <algorithm>
#include <set>

#include "doctor/rules.h"

namespace lvsd::doctor {
namespace {

constexpr Rule table[] = {
    {"LVD001", "IPVS and the modules of the configuration are there",
     "Without ip_vs nothing can be balanced; without a scheduler's module its services are refused "
     "by the kernel.",
     "/proc/net/ip_vs, /sys/module, /lib/modules", judge_ipvs},
    {"LVD002", "lvsd answers and may change the network",
     "The kernel's table stays as it is while lvsd does not run: nobody takes a dead server out.",
     "the socket of lvsd, /proc/PID/status", judge_daemon},
    {"LVD003", "nobody else writes IPVS's table",
     "Two programs that both know better undo each other's changes for ever.", "/proc/*/comm",
     judge_rivals},
    {"LVD004", "this is the network namespace that lvsd works in",
     "Addresses, settings and IPVS's table are of a network namespace: what is read in another one "
     "says nothing of lvsd's.",
     "/proc/PID/ns/net", judge_namespace},
    {"LVD005", "the configuration file loads, and is the one in force",
     "A file that does not load is found at the next start, which is the worst moment.",
     "the configuration file, the status of lvsd", judge_configuration},
    {"LVD010", "packets are forwarded where NAT needs it",
     "With NAT the replies of real servers pass this host on their way to the client. Without "
     "forwarding they end here, and clients see a timeout. DR and tunnels do not need it.",
     "net.ipv4.ip_forward, net.ipv6.conf.all.forwarding", judge_forwarding},
    {"LVD011", "no redirects are sent where NAT has one arm",
     "A real server in the network of the clients is told by an ICMP redirect to send its replies "
     "straight to them, past the director that has to translate them back.",
     "net.ipv4.conf.*.send_redirects, routes", judge_redirects},
    {"LVD012", "every VIP is an address of this host",
     "IPVS sees only packets for this host. A VIP that nobody holds, and that no local route "
     "catches, is the commonest reason for 'nothing works'.",
     "routes", judge_vips},
    {"LVD013", "nobody else answers for a VIP",
     "Two machines that answer ARP requests for an address each get some of its clients: a second "
     "director, or a real server whose ARP was not silenced.",
     "answers to ARP probes (root only)", judge_contested_vips},
    {"LVD014", "requests come in by the way that answers would leave by",
     "With rp_filter 1 Linux drops packets of clients that came by another interface than the one "
     "it would answer them by.",
     "net.ipv4.conf.*.rp_filter, routes from the VIPs", judge_reverse_path},
    {"LVD015", "ARP requests for VIPs are answered",
     "A VIP on lo or a dummy is found by ARP only where arp_ignore lets other interfaces answer "
     "for it. Where the VIP is announced by a routing protocol this does not matter.",
     "addresses, net.ipv4.conf.*.arp_ignore", judge_arp_of_vips},
    {"LVD016", "a real server holds the VIP, and where no wire is",
     "With DR and tunnels the packets that arrive are still for the VIP: a server that does not "
     "hold it drops them. On an interface with a wire it would take the VIP from the director.",
     "addresses", nullptr, judge_held_vip},
    {"LVD017", "a real server does not answer ARP for the VIP",
     "By default Linux answers on any interface for any of its addresses. One real server that "
     "does takes all traffic of the VIP, past the director, as soon as a router asks.",
     "net.ipv4.conf.*.arp_ignore, net.ipv4.conf.*.arp_announce", nullptr, judge_arp},
    {"LVD018", "a real server lets in what the director sends",
     "A packet that came by the tunnel, or by a network behind the director, has the client's "
     "address; the way back to the client is another interface, and rp_filter drops what does not "
     "come the way it would go.",
     "net.ipv4.conf.*.rp_filter, the route from the VIP, /proc/net/netstat", nullptr,
     judge_reverse_path},
    {"LVD019", "a real server unpacks the tunnel",
     "Without a device of the tunnel's kind that is up, the packets of the director are dropped.",
     "interfaces", nullptr, judge_tunnel_device},
    {"LVD020", "keepalive is faster than IPVS forgets",
     "IPVS forgets connections that are idle for its tcp timeout, both ends believe in them, and "
     "the next packet is answered with a reset.",
     "the timeouts of IPVS, net.ipv4.tcp_keepalive_*", judge_zombies},
    {"LVD021", "a client's port can be used again at once",
     "Before Linux 5.9, conn_reuse_mode together with conntrack drops the first packet of a "
     "connection from a port that was used lately: the client waits a second.",
     "net.ipv4.vs.conn_reuse_mode, net.ipv4.vs.conntrack, the kernel's version", judge_port_reuse},
    {"LVD022", "connections of servers that are gone end",
     "Without expire_nodest_conn, packets of a connection whose server left are dropped until the "
     "connection times out: five minutes for UDP, during which a client that keeps its port is "
     "not served.",
     "net.ipv4.vs.expire_nodest_conn", judge_gone_servers},
    {"LVD023", "persistent clients leave a server that drains",
     "Without expire_quiescent_template a client that persists is sent to a server of weight 0 "
     "for as long as it comes back within the persistence timeout.",
     "net.ipv4.vs.expire_quiescent_template", judge_quiescent_templates},
    {"LVD024", "connections survive a change of the director",
     "Several directors with mh choose the same server for the same client. For connections that "
     "began at the other one this helps only where IPVS takes packets without a SYN.",
     "net.ipv4.vs.sloppy_tcp", judge_sloppy},
    {"LVD025", "connection tracking lives as long as IPVS, and has room",
     "With conntrack, a connection that nf_conntrack forgets first is cut; a table that is full "
     "drops new connections of the whole host.",
     "net.netfilter.nf_conntrack_*, net.ipv4.vs.conntrack", judge_conntrack},
    {"LVD026", "source NAT and IPVS know of each other where they have to",
     "Rules that change the source of what leaves see packets of IPVS only with conntrack; without "
     "such rules conntrack costs time with every packet and is good for nothing here.",
     "net.ipv4.vs.conntrack, nft list ruleset or iptables-nft-save, iptables-legacy-save",
     judge_source_nat},
    {"LVD027", "a director that is a real server, too, does not send packets in circles",
     "With connections shared in both directions, the standby balances as well: what the master "
     "sends to it as a real server it sends on, perhaps back.",
     "net.ipv4.vs.backup_only, addresses", judge_shared_host},
    {"LVD028", "the kernel estimates rates",
     "With run_estimation 0 all rates are 0, in lvsctl stats, in ipvsadm and in the metrics.",
     "net.ipv4.vs.run_estimation", judge_estimation},
    {"LVD029", "no defence against attacks is on",
     "drop_entry, drop_packet and secure_tcp take connections away when memory is short, or "
     "always, as they are set.",
     "net.ipv4.vs.drop_entry, drop_packet, secure_tcp", judge_defence},
    {"LVD030", "tunnels leave room in packets",
     "The header of the tunnel comes on top. Without path MTU discovery the packet is too large "
     "for the next network, and connections hang as soon as much is sent.",
     "interfaces, net.ipv4.vs.pmtu_disc", judge_tunnel_mtu},
    {"LVD031", "replies come back through this host with NAT",
     "The gateway of the real servers has to be this host, at least for what they reply. It cannot "
     "be seen from here.",
     "the configuration", judge_return_way},
    {"LVD032", "no card joins packets for good",
     "With LRO a card makes packets that are larger than the next network takes, and that cannot "
     "be "
     "taken apart again. Linux switches it off where it forwards; for DR and tunnels forwarding is "
     "not needed, and it stays on.",
     "ETHTOOL_GFLAGS", judge_large_receive},
    {"LVD033", "the neighbour table has room for the real servers",
     "A neighbour table that is full loses packets to servers that are well.",
     "net.ipv4.neigh.default.gc_thresh*", judge_neighbours},
    {"LVD038", "the connection table is large enough",
     "IPVS looks connections up in a hash table whose size is set when the module is loaded "
     "(conn_tab_bits): with many more connections than buckets each packet takes longer.",
     "/proc/net/ip_vs, the status of lvsd", judge_table_size},
    {"LVD039", "the clock is synchronised",
     "Times in logs and events of several directors can be compared only then.", "adjtimex(2)",
     judge_clock},
    {"LVD040", "the firewall lets clients in",
     "IPVS takes packets behind the firewall's INPUT: what it drops is never balanced.",
     "nft list ruleset or iptables-nft-save, iptables-legacy-save", judge_input},
    {"LVD041", "the kernel has what lvsd wants",
     "Somebody else changed what is lvsd's, or has services of his own beside it.",
     "the status of lvsd", judge_drift},
    {"LVD042", "somebody gives packets the marks of services",
     "A service of a mark gets those packets alone that a rule of the firewall gave that mark.",
     "nft list ruleset or iptables-nft-save, iptables-legacy-save", judge_marks},
    {"LVD050", "the other side is looked at as well",
     "What DR and tunnels need of a real server can be seen there only.", "the configuration",
     judge_other_side},
};

void add_all(std::vector<Diagnosis>& out, const Rule& rule, Findings findings) {
  for (Finding& finding : findings)
    out.push_back({&rule, std::move(finding)});
}

std::vector<Address> server_addresses(const Config& config) {
  std::set<Address> out;
  for (const VirtualServer& server : config.virtual_servers)
    for (const RealServer& real : server.real_servers)
      out.insert(real.endpoint.address);
  return {out.begin(), out.end()};
}

// Those that this host may be itself.
std::vector<Address> vips_and_servers(const Config& config) {
  std::vector<Address> out = vips(config);
  const auto servers = server_addresses(config);
  out.insert(out.end(), servers.begin(), servers.end());
  return out;
}

std::vector<std::string> kernel_modules(const Config& config) {
  std::set<std::string> out = {"ip_vs"};
  for (const VirtualServer& server : config.virtual_servers)
    for (const std::string& module : kernel_modules(server.settings))
      out.insert(module);
  return {out.begin(), out.end()};
}

}  // namespace

std::string_view text(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warn";
    case Severity::failure:
      return "FAIL";
  }
  return "?";
}

std::span<const Rule> rules() {
  return table;
}

std::vector<Diagnosis> diagnoses(const Case& what) {
  std::vector<Diagnosis> out;
  for (const Rule& rule : table)
    if (rule.judge != nullptr) add_all(out, rule, rule.judge(what));
  return out;
}

std::vector<Diagnosis> diagnoses(const RealServerCase& what) {
  std::vector<Diagnosis> out;
  for (const Rule& rule : table)
    if (rule.judge_real_server != nullptr) add_all(out, rule, rule.judge_real_server(what));
  return out;
}

// A mark has none.
std::vector<Address> vips(const Config& config) {
  std::set<Address> out;
  for (const VirtualServer& server : config.virtual_servers)
    for (const ServiceKey& service : server.services)
      if (service.fwmark == 0) out.insert(service.address);
  return {out.begin(), out.end()};
}

Questions questions(const Config& config) {
  return {{"net.ipv4.ip_forward",
           "net.ipv6.conf.all.forwarding",
           "net.ipv4.conf.*.send_redirects",
           "net.ipv4.conf.*.arp_ignore",
           "net.ipv4.conf.*.rp_filter",
           "net.ipv4.vs.backup_only",
           "net.ipv4.vs.expire_nodest_conn",
           "net.ipv4.vs.expire_quiescent_template",
           "net.ipv4.vs.sloppy_tcp",
           "net.ipv4.vs.conn_reuse_mode",
           "net.ipv4.vs.conntrack",
           "net.ipv4.vs.run_estimation",
           "net.ipv4.vs.drop_entry",
           "net.ipv4.vs.drop_packet",
           "net.ipv4.vs.secure_tcp",
           "net.ipv4.vs.pmtu_disc",
           "net.ipv4.tcp_keepalive_time",
           "net.ipv4.tcp_keepalive_intvl",
           "net.ipv4.neigh.default.gc_thresh3",
           "net.ipv6.neigh.default.gc_thresh3",
           "net.netfilter.nf_conntrack_max",
           "net.netfilter.nf_conntrack_count",
           "net.netfilter.nf_conntrack_tcp_timeout_established"},
          kernel_modules(config),
          vips_and_servers(config),
          server_addresses(config),
          vips(config),
          vips(config),
          true};
}

Questions questions(const Address& vip) {
  return {
      {"net.ipv4.conf.*.arp_ignore", "net.ipv4.conf.*.arp_announce", "net.ipv4.conf.*.rp_filter"},
      {},
      {vip},
      {},
      {},
      {vip}};
}

}  // namespace lvsd::doctor
