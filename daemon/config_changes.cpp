#include "daemon/config_changes.h"

#include <map>
#include <span>

#include "config/changes.h"
#include "config/codes.h"
#include "daemon/config_views.h"
#include "daemon/pools.h"

namespace lvsd {

namespace {

// Counts what is in one map and not in the other, and what is in both and differs.
template <class Map>
void count(const Map& old, const Map& next, api::ChangeCounts& counts) {
  for (const auto& [key, value] : next) {
    const auto before = old.find(key);
    if (before == old.end())
      ++counts.added;
    else if (!(*before->second == *value))
      ++counts.changed;
  }
  for (const auto& [key, value] : old)
    if (!next.contains(key)) ++counts.removed;
}

std::map<std::string, const VirtualServer*> by_identity(std::span<const VirtualServer> services) {
  std::map<std::string, const VirtualServer*> found;
  for (const VirtualServer& service : services)
    found.emplace(identity(service), &service);
  return found;
}

std::map<Endpoint, const RealServer*> servers(const VirtualServer* service) {
  std::map<Endpoint, const RealServer*> found;
  if (service == nullptr) return found;
  for (const RealServer& server : service->real_servers)
    found.emplace(server.endpoint, &server);
  return found;
}

}  // namespace

api::ReloadView config_changes(const Config& old, const Config& next) {
  api::ReloadView view;
  const Differing services = differing(old, next);
  const auto before = by_identity(services.before);
  const auto after = by_identity(services.after);
  count(before, after, view.services);
  const auto in = [](const auto& map, const std::string& key) {
    const auto found = map.find(key);
    return servers(found == map.end() ? nullptr : found->second);
  };
  for (const auto& [key, service] : after)
    count(in(before, key), in(after, key), view.servers);
  for (const auto& [key, service] : before)
    if (!after.contains(key)) count(in(before, key), in(after, key), view.servers);
  view.changes = change_views(changes(old, next, services));
  return view;
}

Diagnostics fixed_at_start(const GlobalSettings& old, const GlobalSettings& next) {
  Diagnostics found;
  const auto compare = [&found](const char* word, bool is_same) {
    if (is_same) return;
    Diagnostic diagnostic;
    diagnostic.code = text(Code::contradiction);
    diagnostic.message = std::string(word) + " differs from the one lvsd was started with";
    diagnostic.hint = "restart lvsd to change it";
    found.push_back(std::move(diagnostic));
  };
  compare("net_namespace", old.net_namespace == next.net_namespace);
  compare("net_namespace_ipvs", old.net_namespace_ipvs == next.net_namespace_ipvs);
  compare("socket", old.api.socket == next.api.socket);
  compare("read_group", old.api.read_group == next.api.read_group);
  compare("write_group", old.api.write_group == next.api.write_group);
  return found;
}

}  // namespace lvsd
