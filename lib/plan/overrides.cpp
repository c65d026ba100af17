#include "plan/overrides.h"

#include <algorithm>
#include <utility>

namespace lvsd {

AdminState configured_state(const RealServer& server) {
  if (!server.disabled) return AdminState::enabled;
  return server.policy->graceful_shutdown ? AdminState::drain : AdminState::disabled;
}

namespace {

AdminState wished_state(AdminWish wish) {
  switch (wish) {
    case AdminWish::none:
      return AdminState::enabled;
    case AdminWish::drain:
      return AdminState::drain;
    case AdminWish::maintenance:
      return AdminState::disabled;
  }
  return AdminState::enabled;
}

std::optional<NumberOverride> number_wish(const std::optional<NumberOverride>& before,
                                          std::optional<std::uint32_t> value, std::uint32_t hides,
                                          const Author& by, const Said& said) {
  if (!value) return std::nullopt;
  return repeated(before ? &*before : nullptr, {.value = *value, .hides = hides, .by = by}, said);
}

// Why and until when, where that is said anew.
void say_again(Author& by, const Author& now, const Said& said) {
  if (said.reason) by.reason = now.reason;
  if (said.end) by.until = now.until;
}

// `wish`, by whom it is now that it was `before`.
template <class Wish>
Wish by_whom(Wish wish, const Wish& before, const Author& now) {
  if (wish == before) return wish;
  wish.by.user = now.user;
  wish.by.uid = now.uid;
  return wish;
}

// What a drain waits for: whoever may come back until it is forgotten is waited for.
Emptiness emptiness(const AdminOverride& wish) {
  const bool awaits_clients = wish.returning == Returning::soft && wish.until == Emptiness::usual;
  return awaits_clients ? Emptiness::templates : wish.until;
}

template <class Wish>
Wish repeated_value(const Wish* before, Wish wish, const Said& said) {
  if (before == nullptr || before->value != wish.value || before->hides != wish.hides) return wish;
  Wish out = *before;
  say_again(out.by, wish.by, said);
  return by_whom(std::move(out), *before, wish.by);
}

template <class Wish>
void expire(std::optional<Wish>& wish, WallTime now) {
  if (wish && has_ended(wish->by, now)) wish.reset();
}

}  // namespace

Administration administration(const RealServer& server, const Override& wishes, AdminWish own) {
  const Duration usual = server.policy->drain_timeout;
  if (wishes.admin) {
    const Duration limit = wishes.admin->limit;
    return {wishes.admin->state, limit == Duration::zero() ? usual : limit,
            emptiness(*wishes.admin)};
  }
  if (server.disabled) return {configured_state(server), usual};
  return {wished_state(own), usual};
}

Administration backup_administration(const RealServer& server, const Override& wishes) {
  const Duration usual = server.policy->drain_timeout;
  if (!wishes.backup) return {AdminState::enabled, usual};
  const Duration limit = wishes.backup->limit;
  return {wishes.backup->state, limit == Duration::zero() ? usual : limit,
          emptiness(*wishes.backup)};
}

AdminOverride repeated(const AdminOverride* before, AdminOverride wish, const Said& said) {
  if (before == nullptr || before->state != wish.state) return wish;
  AdminOverride out = *before;
  say_again(out.by, wish.by, said);
  if (said.limit) out.limit = wish.limit;
  if (said.until) out.until = wish.until;
  if (said.returning) out.returning = wish.returning;
  return by_whom(std::move(out), *before, wish.by);
}

NumberOverride repeated(const NumberOverride* before, NumberOverride wish, const Said& said) {
  return repeated_value(before, std::move(wish), said);
}

SchedulerOverride repeated(const SchedulerOverride* before, SchedulerOverride wish,
                           const Said& said) {
  return repeated_value(before, std::move(wish), said);
}

Override with_state(Override wishes, const RealServer& server, const AdminOverride& wish) {
  const bool is_needless = wish.state == AdminState::enabled && !server.disabled;
  wishes.admin = is_needless ? std::nullopt : std::optional(wish);
  return wishes;
}

Override with_backup_state(Override wishes, const RealServer& server, const AdminOverride& wish) {
  wishes.backup.reset();
  if (wish.state != AdminState::enabled) wishes.backup = {wish, id(*server.backup)};
  return wishes;
}

Override with_weight(Override wishes, const RealServer& server, std::optional<std::uint32_t> value,
                     const Author& by, const Said& said) {
  wishes.weight = number_wish(wishes.weight, value, server.settings.weight, by, said);
  return wishes;
}

Override with_max_connections(Override wishes, const RealServer& server,
                              std::optional<std::uint32_t> value, const Author& by,
                              const Said& said) {
  wishes.max_connections =
      number_wish(wishes.max_connections, value, server.settings.upper_threshold, by, said);
  return wishes;
}

Override reloaded(Override wishes, const RealServer& server) {
  if (wishes.weight && wishes.weight->hides != server.settings.weight) wishes.weight.reset();
  if (wishes.max_connections && wishes.max_connections->hides != server.settings.upper_threshold)
    wishes.max_connections.reset();
  if (wishes.admin && wishes.admin->state == AdminState::enabled && !server.disabled)
    wishes.admin.reset();
  if (wishes.backup && (!server.backup || id(*server.backup) != wishes.backup->server))
    wishes.backup.reset();
  return wishes;
}

bool outlives(const SchedulerOverride& wish, const VirtualServer& server) {
  return wish.hides == server.settings.scheduler;
}

bool has_ended(const Author& by, WallTime now) {
  return by.until && *by.until <= now;
}

Override unexpired(Override wishes, WallTime now) {
  expire(wishes.admin, now);
  expire(wishes.weight, now);
  expire(wishes.max_connections, now);
  expire(wishes.backup, now);
  return wishes;
}

std::optional<WallTime> next_end(const Override& wishes) {
  std::optional<WallTime> next;
  const auto consider = [&next](const auto& wish) {
    if (wish && wish->by.until && (!next || *wish->by.until < *next)) next = wish->by.until;
  };
  consider(wishes.admin);
  consider(wishes.weight);
  consider(wishes.max_connections);
  consider(wishes.backup);
  return next;
}

}  // namespace lvsd
