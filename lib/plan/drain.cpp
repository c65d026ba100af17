#include "plan/drain.h"

namespace lvsd {

Drain begun(Time now) {
  return {.since = now, .quiet_since = now};
}

namespace {

bool is_empty(const Load& load, const Drain& drain, const DrainRules& rules, Time now) {
  if (load.active != 0) return false;
  switch (rules.until) {
    case Emptiness::active:
      return true;
    case Emptiness::all:
      return load.inactive == 0;
    case Emptiness::templates:
      return load.inactive == 0 && load.templates == 0;
    case Emptiness::usual:
      break;
  }
  if (load.inactive == 0) return true;
  return !rules.datagrams && now - drain.quiet_since >= quiet_time;
}

}  // namespace

Drain continued(Drain drain, const std::optional<Load>& load, const DrainRules& rules, Time now) {
  if (load && (load->packets != drain.packets || load->active != 0)) {
    drain.packets = load->packets;
    drain.quiet_since = now;
  }
  if (load && is_empty(*load, drain, rules, now)) drain.over = true;
  if (const auto end = next_moment(drain, rules); end && *end <= now) drain.over = true;
  return drain;
}

std::optional<Time> next_moment(const Drain& drain, const DrainRules& rules) {
  if (drain.over || rules.limit == Duration::zero()) return std::nullopt;
  return drain.since + rules.limit;
}

}  // namespace lvsd
