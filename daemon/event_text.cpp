#include "daemon/event_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "health/observe.h"
#include "plan/desired.h"

namespace lvsd {

namespace {

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Whether the number of such a result is what the server or program said, and not an errno, whose
// text is there already.
bool has_status(CheckResult result) {
  using enum CheckResult;
  return result == l7_ok || result == l7_conditional || result == l7_status ||
         result == process_ok || result == process_error;
}

LogLine server_line(const Pools& pools, const PoolChange& change, const Observation& seen) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  const RealServer& server = service.real_servers[*change.server];
  const Pool& pool = pools.pool(change.pool);
  const bool up = is_up(pool.servers[*change.server].standing.state);
  const auto active = Pools::serving(pool.real_servers);
  const auto name =
      fmt::format("Server {}/{} ({})", id(service), id(server), text(server.endpoint));
  if (up) {
    return {Level::info, fmt::format("{} is UP, reason: {}. {} active and 0 backup servers online.",
                                     name, evidence(seen), active)};
  }
  return {Level::warning,
          fmt::format("{} is DOWN, reason: {}, {}/{} failed. {} active and 0 backup servers left.",
                      name, evidence(seen), change.results, change.results, active)};
}

std::string sorry_names(const VirtualServer& service) {
  std::string names;
  for (const SorryServer& sorry : service.sorry_servers)
    names += (names.empty() ? "" : ", ") + text(sorry.endpoint);
  return names;
}

LogLine quorum_line(const Pools& pools, const PoolChange& change) {
  const VirtualServer& service = pools.config().virtual_servers[change.pool];
  const Pool& pool = pools.pool(change.pool);
  if (pool.quorum) {
    return {Level::notice,
            fmt::format("Service {} has quorum again{}. {} online.", id(service),
                        service.sorry_servers.empty() ? "" : ", the sorry server leaves",
                        plural(Pools::serving(pool.real_servers), "active server"))};
  }
  const std::size_t up = static_cast<std::size_t>(
      std::count_if(pool.servers.begin(), pool.servers.end(),
                    [](const ServerState& server) { return is_up(server.standing.state); }));
  const std::string what = up == 0 ? "has no server available!"
                                   : fmt::format("lost quorum, {} left up.", plural(up, "server"));
  const std::string sorry = service.sorry_servers.empty()
                                ? std::string()
                                : fmt::format(" Using sorry server {}.", sorry_names(service));
  return {up == 0 && sorry.empty() ? Level::critical : Level::error,
          fmt::format("Service {} {}{}", id(service), what, sorry)};
}

}  // namespace

std::string evidence(const Observation& seen) {
  std::string out(prose(seen.result));
  if (seen.code != 0 && has_status(seen.result)) out += fmt::format(", code: {}", seen.code);
  if (!seen.text.empty()) out += fmt::format(", info: \"{}\"", seen.text);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration);
  return out + fmt::format(", check duration: {}ms", ms.count());
}

std::vector<LogLine> event_lines(const Pools& pools, const PoolChange& change,
                                 const Observation& observation) {
  std::vector<LogLine> lines;
  if (change.server) lines.push_back(server_line(pools, change, observation));
  if (change.quorum) lines.push_back(quorum_line(pools, change));
  return lines;
}

}  // namespace lvsd
