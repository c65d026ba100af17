#include "daemon/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "daemon/service_views.h"

namespace lvsd {

Tally tally(const Pools& pools) {
  Tally tally{.services = pools.config().virtual_servers.size()};
  for (std::size_t i = 0; i < tally.services; ++i) {
    const Pool& pool = pools.pool(i);
    const std::string state = service_state(pool);
    if (state != "DOWN") ++tally.services_up;
    if (state == "DEGRADED") ++tally.degraded;
    tally.servers += pool.servers.size();
    tally.servers_up += static_cast<std::size_t>(
        std::count_if(pool.servers.begin(), pool.servers.end(),
                      [](const ServerState& server) { return is_up(server.standing.state); }));
  }
  return tally;
}

std::string text(const Tally& tally) {
  const std::string_view state = tally.services_up < tally.services ? "DOWN"
                                 : tally.degraded != 0              ? "DEGRADED"
                                                                    : "OK";
  return fmt::format("{}: {} of {} services up, {} of {} servers up", state, tally.services_up,
                     tally.services, tally.servers_up, tally.servers);
}

}  // namespace lvsd
