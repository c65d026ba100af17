#include "daemon/override_views.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "plan/overrides.h"

namespace lvsd {

std::optional<std::uint32_t> uid_of(const Author& author) {
  if (author.uid == static_cast<uid_t>(-1)) return std::nullopt;
  return author.uid;
}

namespace {

api::AdminView view_of(const Outlook& outlook, const AdminOverride& wish) {
  api::AdminView view{.state = std::string(text(wish)),
                      .origin = "api",
                      .user = wish.by.user,
                      .uid = uid_of(wish.by),
                      .reason = wish.by.reason,
                      .since = moment(outlook, wish.by.since)};
  if (wish.by.until) view.until = moment(outlook, *wish.by.until);
  return view;
}

}  // namespace

api::AdminView admin_view(const Outlook& outlook, std::size_t pool, std::size_t index) {
  const RealServer& server = outlook.pools.config().virtual_servers[pool].real_servers[index];
  const auto& wish = outlook.pools.wishes(pool, static_cast<std::uint32_t>(index)).admin;
  if (wish) return view_of(outlook, *wish);
  api::AdminView view{.state = std::string(text(configured_state(server)))};
  if (server.disabled) view.origin = "config";
  return view;
}

api::AdminView backup_admin_view(const Outlook& outlook, std::size_t pool, std::size_t index) {
  const auto& wish = outlook.pools.wishes(pool, static_cast<std::uint32_t>(index)).backup;
  return wish ? view_of(outlook, *wish) : api::AdminView{};
}

namespace {

void add_override(const Outlook& outlook, const std::string& target, std::string what,
                  std::string config, std::string now, const Author& by,
                  std::vector<api::OverrideView>& views) {
  api::OverrideView view{.target = target,
                         .what = std::move(what),
                         .config = std::move(config),
                         .now = std::move(now),
                         .user = by.user,
                         .uid = uid_of(by),
                         .reason = by.reason,
                         .since = moment(outlook, by.since)};
  if (by.until) view.until = moment(outlook, *by.until);
  views.push_back(std::move(view));
}

}  // namespace

std::vector<api::OverrideView> override_views(const Outlook& outlook) {
  std::vector<api::OverrideView> views;
  for (const auto& [pool, wish] : outlook.pools.scheduler_wishes())
    add_override(outlook, id(outlook.pools.config().virtual_servers[pool]), "scheduler", wish.hides,
                 wish.value, wish.by, views);
  for (const auto& [pool, of_pool] : outlook.pools.wishes()) {
    const VirtualServer& service = outlook.pools.config().virtual_servers[pool];
    for (const auto& [index, wishes] : of_pool) {
      const RealServer& server = service.real_servers[index];
      const std::string target = id(service) + "/" + id(server);
      if (wishes.admin)
        add_override(outlook, target, "admin", std::string(text(configured_state(server))),
                     std::string(text(*wishes.admin)), wishes.admin->by, views);
      if (wishes.backup)
        add_override(outlook, id(service) + "/" + wishes.backup->server, "admin", "enabled",
                     std::string(text(*wishes.backup)), wishes.backup->by, views);
      if (wishes.weight)
        add_override(outlook, target, "weight", std::to_string(wishes.weight->hides),
                     std::to_string(wishes.weight->value), wishes.weight->by, views);
      if (wishes.max_connections)
        add_override(
            outlook, target, "max_connections", std::to_string(wishes.max_connections->hides),
            std::to_string(wishes.max_connections->value), wishes.max_connections->by, views);
    }
  }
  return views;
}

void add_timeout_overrides(const Outlook& outlook, const TimeoutOverrides& wishes,
                           std::vector<api::OverrideView>& views) {
  for (const auto& [kind, wish] : wishes)
    add_override(outlook, "timeouts", std::string(text(kind)),
                 wish.hides ? std::to_string(*wish.hides) : "-", std::to_string(wish.value),
                 wish.by, views);
}

namespace {

void add_names(const VirtualServer& service, const RealServer& server, const Override& wishes,
               WishNames& names) {
  const std::string of = identity(service) + "/" + text(server.endpoint);
  const std::string name = id(service) + "/" + id(server);
  if (wishes.admin) names.emplace(of + " admin", name + " admin");
  if (wishes.backup)
    names.emplace(of + " backup", id(service) + "/" + wishes.backup->server + " admin");
  if (wishes.weight) names.emplace(of + " weight", name + " weight");
  if (wishes.max_connections) names.emplace(of + " max_connections", name + " max_connections");
}

}  // namespace

WishNames wish_names(const Pools& pools) {
  WishNames names;
  const auto& services = pools.config().virtual_servers;
  for (const auto& [pool, wish] : pools.scheduler_wishes())
    names.emplace(identity(services[pool]) + " scheduler", id(services[pool]) + " scheduler");
  for (const auto& [pool, of_pool] : pools.wishes())
    for (const auto& [index, wishes] : of_pool)
      add_names(services[pool], services[pool].real_servers[index], wishes, names);
  return names;
}

std::vector<std::string> dropped(const WishNames& before, const WishNames& after) {
  std::vector<std::string> names;
  for (const auto& [of, name] : before)
    if (!after.contains(of)) names.push_back(name);
  return names;
}

}  // namespace lvsd
