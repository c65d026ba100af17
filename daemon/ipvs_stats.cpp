#include "daemon/ipvs_stats.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include "daemon/network_namespace.h"
#include "model/traffic_text.h"

namespace lvsd {

Result<TrafficCounters> ipvs_stats(const std::shared_ptr<const UniqueFd>& where) {
  if (const auto entered = enter_namespace(*where); !entered) return entered.error();
  std::ifstream file("/proc/thread-self/net/ip_vs_stats");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto stats = parse_ipvs_stats(text);
  if (!stats) return system_failure(ENODATA, "reading /proc/net/ip_vs_stats");
  return *stats;
}

}  // namespace lvsd
