#include <algorithm>
#include <array>

#include "doctor/rules.h"

// Of the kernel and of IPVS.

namespace lvsd::doctor {
namespace {

// Which virtual servers a module is for; of ip_vs itself none in particular.
std::vector<std::string> users(const Config& config, const std::string& module) {
  return services_where(config, [&module](const VirtualServer& server) {
    const auto needed = kernel_modules(server.settings);
    return std::find(needed.begin(), needed.end(), module) != needed.end();
  });
}

Finding missing_module(const Case& what, const std::string& module) {
  std::string text = "Linux " + what.facts.kernel_release + " has no module " + module;
  const auto needing = users(what.config, module);
  if (!needing.empty()) text += ": the kernel refuses " + some(needing);
  return {Severity::failure,
          std::move(text),
          {"install the modules of this kernel (Debian: linux-image-amd64 in the place of "
           "linux-image-cloud-amd64)"}};
}

}  // namespace

Findings judge_ipvs(const Case& what) {
  const Facts& facts = what.facts;
  Findings out;
  for (const std::string& module : facts.missing_modules)
    out.push_back(missing_module(what, module));
  if (!facts.ipvs_version) {
    if (!facts.missing_modules.contains("ip_vs"))
      out.push_back({Severity::failure,
                     "IPVS is not in the kernel: there is no /proc/net/ip_vs",
                     {"modprobe ip_vs"}});
    return out;
  }
  if (out.empty())
    out.push_back(good("IPVS " + *facts.ipvs_version + " is there, and every module needed"));
  return out;
}

Findings judge_estimation(const Case& what) {
  const std::string name = "net.ipv4.vs.run_estimation";
  if (number(what.facts, name) != 0) return {};
  return {
      {Severity::warning, "rates are not estimated: all of them are 0", {sysctl_fix(name, "1")}}};
}

Findings judge_defence(const Case& what) {
  static constexpr std::array names = {"drop_entry", "drop_packet", "secure_tcp"};
  Findings out;
  for (const char* name : names) {
    const std::string sysctl = std::string("net.ipv4.vs.") + name;
    const auto mode = number(what.facts, sysctl);
    if (mode == 2)
      out.push_back({Severity::warning,
                     std::string(name) + " is at work: memory is short, and connections suffer",
                     {"more memory, or a smaller net.ipv4.vs.amemthresh"}});
    if (mode == 3)
      out.push_back({Severity::warning,
                     std::string(name) + " is always on",
                     {sysctl_fix(sysctl, "1") + " (by itself when memory is short)"}});
  }
  return out;
}

Findings judge_table_size(const Case& what) {
  const Facts& facts = what.facts;
  constexpr std::uint64_t long_chain = 8;
  if (!facts.lvsd || facts.table_size == 0) return {};
  const std::uint64_t each = facts.lvsd->connections / facts.table_size;
  if (each < long_chain) return {};
  std::uint64_t bits = 8;
  while (bits < 20 && (std::uint64_t{1} << bits) < facts.lvsd->connections)
    ++bits;
  return {{Severity::warning,
           std::to_string(facts.lvsd->connections) + " connections in a table of " +
               std::to_string(facts.table_size) + " buckets: " + std::to_string(each) + " in each",
           {"options ip_vs conn_tab_bits=" + std::to_string(bits) +
            " in /etc/modprobe.d/ip_vs.conf, from the next boot on"}}};
}

Findings judge_clock(const Case& what) {
  if (what.facts.clock_synchronised != false) return {};
  return {{Severity::info, "the clock is not synchronised", {"timedatectl set-ntp true"}}};
}

}  // namespace lvsd::doctor
