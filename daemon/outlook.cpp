#include "daemon/outlook.h"

#include <fmt/format.h>

#include "plan/desired.h"

namespace lvsd {

api::Head head(const Outlook& outlook) {
  api::Head head{outlook.wall, outlook.generation};
  if (outlook.measured.table && outlook.measured.at + fresh_counters < outlook.now)
    head.counted = moment(outlook, outlook.measured.at);
  return head;
}

api::Moment moment(const Outlook& outlook, Time at) {
  const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(outlook.now - at);
  return {outlook.wall.at - ago, outlook.wall.offset};
}

api::Moment moment(const Outlook& outlook, WallTime at) {
  return {at, outlook.wall.offset};
}

double seconds(std::chrono::nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

const ServiceSnapshot* find_service(const Outlook& outlook, const ServiceKey& key) {
  return find_service(outlook.measured, key);
}

std::vector<const DestinationSnapshot*> destinations(const Outlook& outlook,
                                                     const VirtualServer& service,
                                                     const Endpoint& endpoint,
                                                     Forwarding forwarding) {
  std::vector<const DestinationSnapshot*> out;
  for (const ServiceKey& key : service.services) {
    const ServiceSnapshot* snapshot = find_service(outlook, key);
    if (snapshot == nullptr) continue;
    const auto found =
        snapshot->destinations.find(destination_key(service, key, endpoint, forwarding));
    if (found != snapshot->destinations.end()) out.push_back(&found->second);
  }
  return out;
}

std::string origin_text(const Config& config, const Origin& origin) {
  const std::string file =
      origin.file < config.files.size() ? config.files[origin.file] : std::string();
  return fmt::format("{}:{}", file, origin.line);
}

}  // namespace lvsd
