#include "plan/tuning.h"

#include <algorithm>
#include <string_view>

namespace lvsd {

namespace {

const std::string vs = "net.ipv4.vs.";

void add(std::vector<SysctlWish>& wishes, const char* name, std::optional<std::uint32_t> value) {
  if (value)
    wishes.push_back({std::string("net.ipv4.") + name, std::to_string(*value), "tcp_keepalive"});
}

bool has_backup(const Config& config) {
  const auto has_one = [](const RealServer& real) { return real.backup != nullptr; };
  return std::any_of(
      config.virtual_servers.begin(), config.virtual_servers.end(), [&](const VirtualServer& one) {
        return std::any_of(one.real_servers.begin(), one.real_servers.end(), has_one);
      });
}

bool is_named(const Config& config, std::string_view name) {
  return std::any_of(config.global.sysctls.begin(), config.global.sysctls.end(),
                     [&](const Sysctl& one) { return vs + one.name == name; });
}

// Persistent, and something in it is drained by the file's own words.
bool has_persistent_drain(const Config& config) {
  const auto drains = [](const RealServer& real) { return real.policy->graceful_shutdown; };
  return std::any_of(
      config.virtual_servers.begin(), config.virtual_servers.end(), [&](const VirtualServer& one) {
        return one.settings.persistence_timeout != 0 &&
               (one.graceful_removal ||
                std::any_of(one.real_servers.begin(), one.real_servers.end(), drains));
      });
}

}  // namespace

std::vector<SysctlWish> needed_sysctls(const Config& config, bool drains_hard) {
  std::vector<SysctlWish> needed;
  if (has_backup(config))
    needed.push_back({vs + "expire_nodest_conn", "1",
                      "connections end when a backup or its master takes over (backup_server)"});
  if (drains_hard)
    needed.push_back(
        {template_sysctl, "1", "clients that persist leave a server that drains (drain --hard)"});
  else if (has_persistent_drain(config))
    needed.push_back({template_sysctl, "1",
                      "clients that persist leave a server that drains (persistence_timeout)"});
  std::erase_if(needed, [&config](const SysctlWish& wish) { return is_named(config, wish.name); });
  return needed;
}

bool may_expire_templates(const Config& config) {
  return config.global.sysctl_auto && !is_named(config, template_sysctl);
}

std::vector<SysctlWish> wanted_sysctls(const Config& config, bool drains_hard) {
  const GlobalSettings& global = config.global;
  std::vector<SysctlWish> wishes;
  for (const Sysctl& one : global.sysctls)
    wishes.push_back({vs + one.name, one.value, "ipvs_sysctl"});
  add(wishes, "tcp_keepalive_time", global.tcp_keepalive.time_seconds);
  add(wishes, "tcp_keepalive_intvl", global.tcp_keepalive.interval_seconds);
  add(wishes, "tcp_keepalive_probes", global.tcp_keepalive.probes);
  if (global.min_mtu)
    wishes.push_back({"net.ipv4.route.min_pmtu", std::to_string(*global.min_mtu), "min_mtu"});
  if (!global.sysctl_auto) return wishes;
  for (SysctlWish& wish : needed_sysctls(config, drains_hard))
    wishes.push_back(std::move(wish));
  return wishes;
}

std::optional<std::string> zombie_warning(std::uint32_t keepalive_time,
                                          std::uint32_t keepalive_interval,
                                          std::uint32_t tcp_timeout) {
  const std::uint64_t second_probe = std::uint64_t{keepalive_time} + keepalive_interval;
  if (second_probe < tcp_timeout) return std::nullopt;
  const std::uint64_t longest =
      tcp_timeout > keepalive_interval ? std::uint64_t{tcp_timeout} - keepalive_interval - 1 : 0;
  std::string out = "IPVS forgets TCP connections that are idle for " +
                    std::to_string(tcp_timeout) + " s, and keepalive asks after " +
                    std::to_string(keepalive_time) + " s, and again " +
                    std::to_string(keepalive_interval) +
                    " s later: idle connections die without notice. Either lvs_timeouts tcp " +
                    std::to_string(second_probe + 1);
  if (longest != 0)
    out += ", or on clients or servers tcp_keepalive_time at most " + std::to_string(longest);
  return out;
}

}  // namespace lvsd
