#include "health/observe.h"

#include <algorithm>
#include <tuple>

namespace lvsd {

CheckHealth initial(Start start, const CheckPolicy& policy, Time now) {
  CheckHealth health;
  health.up = start == Start::adopted_up || (start == Start::fresh && !policy.alpha);
  health.start = start;
  health.since = now;
  return health;
}

namespace {

// How many results in a row turn the verdict.
std::uint32_t needed(const CheckHealth& health, const CheckPolicy& policy) {
  if (!health.up) return policy.rise;
  const bool hasty = health.start == Start::fresh && !health.has_run && !policy.patient_start;
  return hasty ? 1 : fall(policy);
}

}  // namespace

CheckHealth observe(CheckHealth health, const CheckPolicy& policy, const Observation& observation) {
  health.last = last_result(observation);
  const Verdict result = verdict(observation.result);
  if (result == Verdict::unknown) return health;

  if (observation.weight) health.weight = *observation.weight;
  if (observation.admin) health.admin = *observation.admin;
  if (observation.partial && result == Verdict::pass) {
    // All is well so far: that ends what was falling, and brings nothing back.
    if (health.up) health.streak = 0;
    return health;
  }
  const std::uint32_t turns_at = needed(health, policy);
  health.has_run = true;
  if ((result == Verdict::pass) == health.up) {
    health.streak = 0;
  } else if (++health.streak >= turns_at) {
    health.up = !health.up;
    health.streak = 0;
    health.since = observation.at;
  }
  return health;
}

bool is_repetition(const CheckHealth& before, const CheckHealth& after) {
  if (!before.last || !after.last) return false;
  const auto state = [](const CheckHealth& health) {
    return std::tie(health.up, health.has_run, health.streak, health.weight, health.admin,
                    health.last->result, health.last->code, health.last->partial);
  };
  return state(before) == state(after);
}

Standing standing(const CheckHealth& health, const CheckPolicy& policy) {
  if (health.up) {
    if (health.streak == 0) return {HealthState::up};
    return {HealthState::falling, health.streak, fall(policy)};
  }
  if (health.streak != 0) return {HealthState::rising, health.streak, policy.rise};
  return {health.has_run ? HealthState::down : HealthState::init};
}

namespace {

std::uint32_t missing(const Standing& standing) {
  return standing.needed - standing.count;
}

// Which check speaks for the server.
int urgency(HealthState state) {
  switch (state) {
    case HealthState::no_check:
      return 0;
    case HealthState::up:
      return 1;
    case HealthState::falling:
      return 2;
    case HealthState::rising:
      return 3;
    case HealthState::init:
      return 4;
    case HealthState::down:
      return 5;
  }
  return 0;
}

bool speaks_first(const Standing& a, const Standing& b) {
  if (a.state != b.state) return urgency(a.state) > urgency(b.state);
  // The first check to fail takes the server down; the last one to pass brings it back.
  return a.state == HealthState::falling ? missing(a) < missing(b) : missing(a) > missing(b);
}

}  // namespace

Standing standing(std::span<const Standing> checks) {
  if (checks.empty()) return {HealthState::no_check};
  return *std::min_element(checks.begin(), checks.end(), speaks_first);
}

}  // namespace lvsd
