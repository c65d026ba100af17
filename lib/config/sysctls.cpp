#include "config/sysctls.h"

#include <array>
#include <string>

namespace lvsd {

namespace {

constexpr std::int64_t int32_most = 2'147'483'647;

constexpr auto table = std::to_array<SysctlRange>({
    {"am_droprate", 0, int32_most, "always drop one packet in so many (drop_packet 3)"},
    {"amemthresh", 0, int32_most, "free pages below which memory is short"},
    {"backup_only", 0, 1, "a sync backup forwards nothing itself"},
    {"cache_bypass", 0, 1, "without servers a transparent cache is bypassed"},
    {"conn_reuse_mode", 0, 3,
     "what a reused client port does: 0 stay, 1 reschedule, 2 also in FIN_WAIT"},
    {"conntrack", 0, 1, "connections are also netfilter's"},
    {"conn_lfactor", -8, 8, "load of the connection table before it grows"},
    {"drop_entry", 0, 3, "drop random entries when memory is short"},
    {"drop_packet", 0, 3, "drop packets when memory is short"},
    {"est_cpulist", 0, 0, "CPUs that measure rates", 0},
    {"est_nice", -20, 19, "priority of the rate estimators"},
    {"expire_nodest_conn", 0, 1, "connections of a removed server end at the next packet"},
    {"expire_quiescent_template", 0, 1,
     "persistence does not hold clients to a server with weight 0"},
    {"ignore_tunneled", 0, 1, "tunnelled packets are not scheduled"},
    {"nat_icmp_send", 0, 1, "ICMP errors are sent for NAT"},
    {"pmtu_disc", 0, 1, "path MTU is found for tunnels"},
    {"run_estimation", 0, 1, "rates are measured"},
    {"schedule_icmp", 0, 1, "ICMP that belongs to no connection is scheduled"},
    {"secure_tcp", 0, 3, "a stricter TCP state machine when memory is short"},
    {"sloppy_sctp", 0, 1, "any SCTP packet makes a connection"},
    {"sloppy_tcp", 0, 1, "any TCP packet makes a connection"},
    {"snat_reroute", 0, 1, "replies are routed anew after NAT"},
    {"svc_lfactor", -8, 8, "load of the service table before it grows"},
    {"sync_persist_mode", 0, 1, "persistent connections are not synchronised, their templates are"},
    {"sync_ports", 1, 64, "synchronisation threads"},
    {"sync_qlen_max", 0, int32_most, "queued synchronisation messages"},
    {"sync_refresh_period", 0, int32_most, "seconds between messages for one connection"},
    {"sync_retries", 0, 7, "how often a message is repeated"},
    {"sync_sock_size", 0, int32_most, "socket buffer of synchronisation"},
    {"sync_threshold", 0, int32_most, "packets before the first message, and between messages", 2},
    {"sync_version", 0, 1, "version of the synchronisation protocol"},
});

}  // namespace

const SysctlRange* sysctl_range(std::string_view name) {
  for (const SysctlRange& row : table)
    if (row.name == name) return &row;
  return nullptr;
}

std::string_view sysctl_names() {
  static const std::string names = [] {
    std::string out;
    for (const SysctlRange& row : table)
      out += std::string(row.name) + " ";
    return out;
  }();
  return names;
}

}  // namespace lvsd
