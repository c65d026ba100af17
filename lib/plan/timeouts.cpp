#include "plan/timeouts.h"

namespace lvsd {

IpvsTimeouts wanted_timeouts(const IpvsTimeouts& configured, const TimeoutOverrides& wishes) {
  IpvsTimeouts wanted = configured;
  for (const auto& [kind, wish] : wishes)
    timeout(wanted, kind) = wish.value;
  return wanted;
}

TimeoutOverrides with_timeout(TimeoutOverrides wishes, TimeoutKind kind, std::uint32_t value,
                              const IpvsTimeouts& configured, const Timeouts& actual,
                              const Author& by) {
  const auto earlier = wishes.find(kind);
  const std::uint32_t before =
      earlier == wishes.end() ? timeout(actual, kind) : earlier->second.before;
  wishes[kind] = {.value = value, .hides = timeout(configured, kind), .before = before, .by = by};
  return wishes;
}

std::uint32_t timeout_without(const TimeoutOverrides& wishes, TimeoutKind kind,
                              const IpvsTimeouts& configured) {
  const auto wish = wishes.find(kind);
  const std::uint32_t before = wish == wishes.end() ? 0 : wish->second.before;
  return timeout(configured, kind).value_or(before);
}

TimeoutOverrides reloaded(TimeoutOverrides wishes, const IpvsTimeouts& configured) {
  std::erase_if(wishes, [&configured](const auto& entry) {
    return entry.second.hides != timeout(configured, entry.first);
  });
  return wishes;
}

}  // namespace lvsd
