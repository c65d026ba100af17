#include "health/schedule.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace lvsd {

namespace {

// FNV-1a: the same on every machine and in every run, unlike std::hash.
class Fnv {
 public:
  void add(const std::string& bytes) {
    for (const char c : bytes)
      hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  // The low bits of similar inputs are similar; a multiply-xorshift (splitmix64) spreads them.
  std::uint64_t mixed() const {
    std::uint64_t x = hash_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

Duration portion(Duration whole, double part) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * part));
}

// Runs that would begin within this time begin together: one waking of the process serves them all,
// where a thousand checks in five seconds would be a thousand. The interval stays what it is. A
// prime, so as not to fall in step with the ticks of kernels and all that others do by the clock.
constexpr Duration tick = std::chrono::milliseconds(17);

Time on_tick(Time time) {
  return Time((time.time_since_epoch() + tick - Duration(1)) / tick * tick);
}

// How long a server may serve after a start before anybody has looked at it.
constexpr Duration most_unseen = std::chrono::seconds(10);

bool is_retrying(const CheckHealth& health) {
  return health.up && health.streak != 0 && health.last &&
         verdict(health.last->result) == Verdict::fail;
}

}  // namespace

double spread(const CheckTarget& target) {
  Fnv hash;
  hash.add(text(target.endpoint));
  if (target.bind_address) hash.add(text(*target.bind_address));
  hash.add(target.bind_interface + "/" + std::to_string(target.bind_port) + "/" +
           std::to_string(target.fwmark));
  // 53 bits are what a double holds, so the quotient is below 1.
  return static_cast<double>(hash.mixed() >> 11) / static_cast<double>(std::uint64_t{1} << 53);
}

Time phase(const CheckPolicy& policy, Time now, double spread) {
  return now + portion(policy.warmup.value_or(policy.delay_loop), spread);
}

Time first_check(Start start, const CheckPolicy& policy, Time now, double spread) {
  if (start == Start::adopted_down || start == Start::adopted_idle) return now;
  if (start == Start::fresh && policy.alpha && !policy.warmup)
    return now + portion(std::min<Duration>(policy.delay_loop, std::chrono::seconds(1)), spread);
  if (policy.warmup) return phase(policy, now, spread);
  return now + portion(std::min<Duration>(policy.delay_loop, most_unseen), spread);
}

namespace {

// The first point of the grid of `interval` through `phase` that comes after `now`.
Time next_on_grid(Time phase, Duration interval, Time now) {
  if (now >= phase) return phase + ((now - phase) / interval + 1) * interval;
  // The grid goes on before its named point: a long warmup does not hold up the second run.
  return phase - (phase - now - Time::duration(1)) / interval * interval;
}

}  // namespace

Time next_check(const CheckHealth& health, const CheckPolicy& policy, Time phase, Time now) {
  assert(policy.delay_loop > Duration::zero());
  if (is_retrying(health)) return now + policy.fast_interval.value_or(policy.delay_before_retry);
  if (health.streak != 0 && policy.fast_interval) return now + *policy.fast_interval;
  const bool down = !health.up && health.has_run && health.streak == 0;
  return next_on_grid(
      phase, down ? policy.down_interval.value_or(policy.delay_loop) : policy.delay_loop, now);
}

Duration longest_run(const CheckSettings& settings) {
  const auto* misc = std::get_if<MiscCheck>(&settings.probe);
  return misc != nullptr ? misc->timeout : settings.policy.connect_timeout;
}

Timing first_timing(const Check& check, Start start, Time now) {
  const CheckPolicy& policy = check.settings->policy;
  const double place = spread(check.target);
  return {on_tick(phase(policy, now, place)), on_tick(first_check(start, policy, now, place))};
}

Timing resumed_timing(const Check& check, const CheckHealth& health, const Timing& before,
                      Time now) {
  if (before.due > now || !health.last) return before;
  return {before.phase, next_check(health, check.settings->policy, before.phase, now)};
}

}  // namespace lvsd
