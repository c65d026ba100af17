#include "daemon/sysctl_views.h"

#include <fmt/format.h>

#include <map>
#include <sstream>

#include "config/sysctls.h"

namespace lvsd {

namespace {

using Views = std::map<std::string, api::SysctlView>;

Views known_settings() {
  Views views;
  const auto add = [&views](std::string name, std::string_view help) {
    api::SysctlView& view = views[name];
    view.help = help;
    view.name = std::move(name);
  };
  add("net.ipv4.tcp_keepalive_time", "idle seconds before the first keepalive probe");
  add("net.ipv4.tcp_keepalive_intvl", "seconds between keepalive probes");
  add("net.ipv4.tcp_keepalive_probes", "unanswered probes that end a connection");
  add("net.ipv4.route.min_pmtu", "least MTU of a path that ICMP messages can ask for");
  std::istringstream names{std::string(sysctl_names())};
  for (std::string name; names >> name;)
    add("net.ipv4.vs." + name, sysctl_range(name)->help);
  return views;
}

void ask_for(const std::vector<SysctlWish>& wishes, bool is_set, Views& views) {
  for (const SysctlWish& wish : wishes) {
    api::SysctlView& view = views[wish.name];
    view.name = wish.name;
    view.config = wish.value;
    view.why = wish.why;
    view.is_set = is_set;
  }
}

}  // namespace

std::vector<api::SysctlView> sysctl_views(const SysctlTree& tree,
                                          const std::vector<SysctlWish>& wanted,
                                          const std::vector<SysctlWish>& told,
                                          const Sysctls& before) {
  Views views = known_settings();
  ask_for(told, false, views);
  ask_for(wanted, true, views);
  for (const auto& [name, value] : before) {
    views[name].name = name;
    views[name].before = value;
  }
  std::vector<api::SysctlView> out;
  out.reserve(views.size());
  for (auto& [name, view] : views) {
    if (auto now = tree.value(name)) view.now = *std::move(now);
    if (view.config) view.agrees = view.now == view.config;
    out.push_back(std::move(view));
  }
  return out;
}

void add_route_views(const std::vector<RouteWish>& wanted, const std::vector<RouteState>& present,
                     std::vector<api::SysctlView>& views) {
  std::map<Address, api::SysctlView> routes;
  for (const RouteWish& wish : wanted) {
    api::SysctlView& view = routes[wish.server];
    view.config = fmt::format("lock {}", wish.mtu);
    view.why = "min_mtu";
    view.is_set = true;
  }
  for (const RouteState& route : present)
    routes[route.server].now = route.mtu;
  for (auto& [server, view] : routes) {
    view.name = fmt::format("route {} mtu", text(server));
    view.help = "a route to this server alone, made by lvsd";
    if (view.config) view.agrees = view.now == view.config;
    views.push_back(std::move(view));
  }
}

}  // namespace lvsd
