#include "config/modules.h"

#include <set>

namespace lvsd {

std::vector<std::string> modules(const Config& config) {
  std::set<std::string> out = {"ip_vs"};
  for (const VirtualServer& server : config.virtual_servers) {
    out.insert("ip_vs_" + server.settings.scheduler);
    if (!server.settings.persistence_engine.empty())
      out.insert("ip_vs_pe_" + server.settings.persistence_engine);
  }
  return {out.begin(), out.end()};
}

}  // namespace lvsd
