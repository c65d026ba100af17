#include <algorithm>
#include <charconv>

#include "doctor/rules.h"
#include "model/controls.h"
#include "plan/tuning.h"

// Of connections and how long they live.

namespace lvsd::doctor {
namespace {

const std::string vs = "net.ipv4.vs.";

bool is_of(const VirtualServer& server, Protocol protocol) {
  return std::any_of(server.services.begin(), server.services.end(),
                     [protocol](const ServiceKey& service) {
                       return service.fwmark == 0 && service.protocol == protocol;
                     });
}

// What lib/plan says that the words of the file need of this sysctl.
std::optional<std::string> need_of(const Config& config, const std::string& sysctl) {
  for (const SysctlWish& wish : needed_sysctls(config))
    if (wish.name == sysctl) return wish.why;
  return std::nullopt;
}

// "6.1.0-18-amd64" is 6, 1.
std::optional<std::pair<unsigned, unsigned>> version_of(const std::string& release) {
  std::pair<unsigned, unsigned> out;
  const char* const end = release.data() + release.size();
  const auto major = std::from_chars(release.data(), end, out.first);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, out.second);
  if (minor.ec != std::errc{}) return std::nullopt;
  return out;
}

std::uint32_t tcp_timeout(const Case& what) {
  const auto& lvsd = what.facts.lvsd;
  if (lvsd && lvsd->tcp_timeout != 0) return lvsd->tcp_timeout;
  return what.config.global.timeouts.tcp.value_or(Timeouts{}.tcp);
}

}  // namespace

Findings judge_zombies(const Case& what) {
  const auto serves_tcp = services_where(
      what.config, [](const VirtualServer& server) { return !is_of(server, Protocol::udp); });
  const auto time = number(what.facts, "net.ipv4.tcp_keepalive_time");
  const auto interval = number(what.facts, "net.ipv4.tcp_keepalive_intvl");
  if (serves_tcp.empty() || !time || !interval) return {};
  const std::uint32_t timeout = tcp_timeout(what);
  const auto warning = zombie_warning(static_cast<std::uint32_t>(*time),
                                      static_cast<std::uint32_t>(*interval), timeout);
  if (!warning)
    return {good("keepalive asks after " + std::to_string(*time) +
                 " s here, before IPVS forgets, after " + std::to_string(timeout) + " s")};
  return {{Severity::warning,
           *warning,
           {"lvsctl timeouts set tcp " + std::to_string(*time + *interval + 1) +
            ", or tcp_keepalive in the file and the same on clients or servers"}}};
}

Findings judge_port_reuse(const Case& what) {
  const auto version = version_of(what.facts.kernel_release);
  if (!version || *version >= std::pair{5U, 9U}) return {};
  if (number(what.facts, vs + "conn_reuse_mode").value_or(0) == 0) return {};
  if (number(what.facts, vs + "conntrack") != 1) return {};
  return {{Severity::warning,
           "a client's port that is used again waits for a second: conn_reuse_mode and conntrack "
           "on Linux " +
               what.facts.kernel_release,
           {sysctl_fix(vs + "conn_reuse_mode", "0") + ", or Linux 5.9"}}};
}

Findings judge_gone_servers(const Case& what) {
  const std::string name = vs + "expire_nodest_conn";
  const auto value = number(what.facts, name);
  if (!value) return {};
  if (*value != 0) return {good("connections of servers that are gone end (" + name + ")")};
  const std::vector<std::string> fix = {sysctl_fix(name, "1") +
                                        ", or ipvs_sysctl auto in the file"};
  if (const auto need = need_of(what.config, name))
    return {{Severity::failure, name + " is 0, but " + *need, fix}};
  const auto udp = services_where(
      what.config, [](const VirtualServer& server) { return is_of(server, Protocol::udp); });
  if (udp.empty()) return {};
  return {{Severity::warning,
           name + " is 0: clients of " + some(udp) +
               " that keep their port go on being sent to a server that is gone",
           fix}};
}

Findings judge_quiescent_templates(const Case& what) {
  const std::string name = vs + "expire_quiescent_template";
  const auto persistent = services_where(what.config, [](const VirtualServer& server) {
    return server.settings.persistence_timeout != 0;
  });
  if (persistent.empty() || number(what.facts, name) != 0) return {};
  const std::vector<std::string> fix = {sysctl_fix(name, "1") +
                                        ", or ipvs_sysctl auto in the file"};
  if (const auto need = need_of(what.config, name))
    return {{Severity::warning, name + " is 0, but " + *need, fix}};
  return {{Severity::info,
           name + " is 0: clients of " + some(persistent) +
               " that persist stay with a server that an operator drains",
           fix}};
}

Findings judge_sloppy(const Case& what) {
  const auto hashed = services_where(what.config, [](const VirtualServer& server) {
    return server.settings.scheduler == "mh" && is_of(server, Protocol::tcp);
  });
  if (hashed.empty() || what.config.global.sync_daemon) return {};
  if (number(what.facts, vs + "sloppy_tcp") != 0) return {};
  return {{Severity::info,
           "connections of " + some(hashed) + " (mh) do not survive a change of the director",
           {sysctl_fix(vs + "sloppy_tcp", "1") + ", if there are several directors"}}};
}

Findings judge_conntrack(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  const auto most = number(facts, "net.netfilter.nf_conntrack_max");
  const auto count = number(facts, "net.netfilter.nf_conntrack_count");
  if (most && count && *most != 0 && *count >= *most / 10 * 8)
    out.push_back({Severity::warning,
                   "connection tracking is nearly full: " + std::to_string(*count) + " of " +
                       std::to_string(*most),
                   {sysctl_fix("net.netfilter.nf_conntrack_max", std::to_string(*most * 2))}});
  const std::string name = "net.netfilter.nf_conntrack_tcp_timeout_established";
  const auto established = number(facts, name);
  const std::uint32_t timeout = tcp_timeout(what);
  if (number(facts, vs + "conntrack") == 1 && established && *established < timeout)
    out.push_back({Severity::warning,
                   "connection tracking forgets after " + std::to_string(*established) +
                       " s, before IPVS does, after " + std::to_string(timeout) + " s",
                   {sysctl_fix(name, std::to_string(timeout))}});
  return out;
}

}  // namespace lvsd::doctor
