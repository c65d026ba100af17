#include "daemon/ipvs_stats.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/network_namespace.h"

namespace lvsd {

namespace {

Result<std::string> content(const std::shared_ptr<const UniqueFd>& where, const std::string& name) {
  if (const auto entered = enter_namespace(*where); !entered) return entered.error();
  std::ifstream file("/proc/thread-self/net/" + name);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

// Of a file, as `parse` reads it.
template <class Parsed>
Result<Parsed> parsed(const std::shared_ptr<const UniqueFd>& where, const std::string& name,
                      std::optional<Parsed> (*parse)(std::string_view)) {
  const auto text = content(where, name);
  if (!text) return text.error();
  auto found = parse(*text);
  if (!found) return system_failure(ENODATA, "reading /proc/net/" + name);
  return *std::move(found);
}

}  // namespace

Result<TrafficCounters> ipvs_stats(const std::shared_ptr<const UniqueFd>& where) {
  return parsed(where, "ip_vs_stats", parse_ipvs_stats);
}

Result<std::vector<CpuTraffic>> ipvs_cpu_stats(const std::shared_ptr<const UniqueFd>& where) {
  return parsed(where, "ip_vs_stats_percpu", parse_ipvs_cpu_stats);
}

}  // namespace lvsd
