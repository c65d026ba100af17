#include "doctor/rules.h"

// Of lvsd itself, and of what it says.

namespace lvsd::doctor {

Findings judge_daemon(const Case& what) {
  const auto& lvsd = what.facts.lvsd;
  if (!lvsd)
    return {{Severity::failure,
             "lvsd does not answer: " + what.facts.lvsd_silence,
             {"systemctl status lvsd; journalctl -u lvsd"}}};
  const std::string name = "lvsd " + lvsd->version + ", process " + std::to_string(lvsd->pid);
  if (lvsd->may_change_network == false)
    return {{Severity::failure,
             name + ", may not change the network: it has no CAP_NET_ADMIN",
             {"AmbientCapabilities=CAP_NET_ADMIN in its unit, as the packaged one has"}}};
  return {
      good(name + " answers" + (lvsd->may_change_network ? ", and may change the network" : ""))};
}

Findings judge_rivals(const Case& what) {
  if (what.facts.rivals.empty()) return {};
  return {{Severity::warning,
           some(what.facts.rivals) + " may write IPVS's table as well",
           {"run keepalived with --vrrp, the others not at all"}}};
}

Findings judge_namespace(const Case& what) {
  const auto& lvsd = what.facts.lvsd;
  if (!lvsd || lvsd->in_this_namespace != false) return {};
  return {{Severity::failure,
           "lvsd works in another network namespace: what follows is not about it",
           {"nsenter -t " + std::to_string(lvsd->pid) + " -n lvsctl doctor"}}};
}

Findings judge_configuration(const Case& what) {
  const Facts& facts = what.facts;
  if (!facts.config_trouble.empty())
    return {{Severity::failure, facts.config_trouble, {"lvsctl config check"}}};
  if (facts.lvsd && facts.lvsd->file_changed == true)
    return {{Severity::warning,
             "the configuration file is not what is in force: it changed since",
             {"lvsctl config diff, then lvsctl reload"}}};
  return {good("the configuration loads: " + std::to_string(what.config.virtual_servers.size()) +
               " virtual servers")};
}

Findings judge_drift(const Case& what) {
  const auto& lvsd = what.facts.lvsd;
  if (!lvsd) return {};
  Findings out;
  if (!lvsd->trouble.empty())
    out.push_back({Severity::failure, "lvsd says: " + lvsd->trouble, {"lvsctl status"}});
  if (lvsd->drift != 0)
    out.push_back({Severity::warning,
                   std::to_string(lvsd->drift) + " entries of lvsd's in the kernel were changed by "
                                                 "somebody else",
                   {"lvsctl drift"}});
  if (lvsd->foreign_services != 0)
    out.push_back(
        {Severity::info,
         std::to_string(lvsd->foreign_services) + " services in the kernel are not lvsd's",
         {"lvsctl drift"}});
  if (out.empty()) out.push_back(good("the kernel has what lvsd wants, and nothing else"));
  return out;
}

}  // namespace lvsd::doctor
