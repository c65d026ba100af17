#include "plan/panic.h"

#include <algorithm>

namespace lvsd {

namespace {

Duration window(const VirtualServer& server) {
  Duration longest = std::chrono::seconds(1);
  for (const RealServer& real : server.real_servers)
    for (const Check& check : real.checks) {
      const CheckPolicy& policy = check.settings->policy;
      longest = std::max(longest, policy.delay_loop + policy.connect_timeout);
    }
  return longest;
}

bool counts(const RealServer& real, const ServerFacts& facts) {
  return !real.checks.empty() && facts.admin == AdminState::enabled;
}

void note_fall(ServerFacts& facts, Time now) {
  Seat& seat = facts.seat;
  if (is_up(facts.health)) {
    seat.fell_at.reset();
  } else if (facts.health == HealthState::down && !seat.out && !seat.fell_at) {
    seat.fell_at = now;
  }
}

struct Toll {
  std::size_t pool = 0;    // servers that served
  std::size_t fallen = 0;  // of them, and are not back

  bool reaches(std::uint32_t percent) const {
    return fallen != 0 && fallen * 100 >= pool * percent;
  }
};

void hold(Seat& seat) {
  if (seat.held) return;
  seat.held = true;
  // As if it had never left: no slow start.
  seat.out = false;
}

void let_go(Seat& seat) {
  if (seat.held) seat.out = true;
  seat.held = false;
}

}  // namespace

PoolFacts with_panic(const VirtualServer& server, PoolFacts facts, std::uint32_t percent,
                     Time now) {
  if (percent == 0) return without_panic(std::move(facts));
  const Duration recent = window(server);
  const auto fell = [&](const ServerFacts& one) {
    return one.seat.fell_at && *one.seat.fell_at + recent >= facts.panic_since.value_or(now);
  };
  Toll toll;
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    ServerFacts& one = facts.real_servers[i];
    if (!counts(server.real_servers[i], one)) continue;
    note_fall(one, now);
    if (fell(one)) ++toll.fallen;
    if (fell(one) || is_up(one.health)) ++toll.pool;
  }
  const bool lasts = toll.reaches(percent) && (facts.panic_since || toll.fallen >= 2);
  for (std::size_t i = 0; i < server.real_servers.size(); ++i) {
    ServerFacts& one = facts.real_servers[i];
    if (lasts && counts(server.real_servers[i], one) && fell(one))
      hold(one.seat);
    else
      let_go(one.seat);
  }
  if (!lasts)
    facts.panic_since.reset();
  else if (!facts.panic_since)
    facts.panic_since = now;
  return facts;
}

PoolFacts without_panic(PoolFacts facts) {
  facts.panic_since.reset();
  for (ServerFacts& one : facts.real_servers) {
    let_go(one.seat);
    one.seat.fell_at.reset();
  }
  return facts;
}

}  // namespace lvsd
