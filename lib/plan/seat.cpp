#include "plan/seat.h"

#include <algorithm>

#include "plan/ramp.h"

namespace lvsd {

namespace {

bool is_held_back(const ServerFacts& facts) {
  return facts.seat.flap.held_until.has_value();
}

bool backup_may(const RealServer& server, const ServerFacts& facts) {
  return server.backup && is_up(facts.backup) && facts.backup_admin == AdminState::enabled;
}

// Its connections are lost. One that was not checked yet may have some from an earlier daemon.
bool backup_failed(const ServerFacts& facts) {
  return facts.backup == HealthState::down || facts.backup == HealthState::rising;
}

// Whether it stood in the table when it was last settled, if its check lets it.
bool backup_was_in(const ServerFacts& facts) {
  const Seat& seat = facts.seat;
  const bool leaves = seat.backup_drain && !seat.backup_drain->over;
  return !backup_failed(facts) && (seat.holder == Seat::Holder::backup || seat.helped || leaves);
}

DrainRules drain_rules(const ServerFacts& facts, const Sight& sight) {
  return {.limit = facts.drain_limit, .datagrams = sight.datagrams, .until = facts.drain_until};
}

DrainRules backup_drain_rules(const RealServer& server, const ServerFacts& facts,
                              const Sight& sight) {
  const bool is_wished = facts.backup_admin == AdminState::drain;
  return {.limit = is_wished ? facts.backup_drain_limit : server.policy->drain_timeout,
          .datagrams = sight.datagrams,
          .until = is_wished ? facts.backup_drain_until : Emptiness::usual};
}

// A turn of one limit with hysteresis, as the kernel's overload flag has it (ip_vs_ctl.c): set at
// `upper`, cleared below `lower`, or below three quarters of `upper` where that is 0. Both scaled
// by `percent`.
bool is_over(bool was_over, std::uint64_t connections, std::uint64_t upper, std::uint64_t lower,
             std::uint64_t percent) {
  if (!was_over) return connections * 100 >= upper * percent;
  const std::uint64_t quarters = lower == 0 ? upper * 3 : lower * 4;
  return connections * 400 >= quarters * percent;
}

// The machine: one `settle` function for each thing remembered. They run in this order because each
// looks at those before it.
class Settling {
 public:
  Settling(const RealServer& server, const ServerFacts& facts, const Sight& sight)
      : server_(server), facts_(facts), sight_(sight) {}

  Seat seat() {
    const bool was_out = seat_.out;
    const bool backup_was_in = lvsd::backup_was_in(facts_);
    seat_.flap = observed(seat_.flap, facts_.health == HealthState::down, is_up(facts_.health),
                          sight_.flap_hold, sight_.now);
    settle_holder();
    settle_limit();
    settle_drain(was_out);
    settle_backup_drain(backup_was_in);
    settle_ramp(was_out);
    seat_.out = !master_serves(facts_);
    return seat_;
  }

 private:
  void settle_holder() {
    if (!server_.backup) {
      seat_.backup_drain.reset();
      give_to_master();
      return;
    }
    const bool master = may_serve(facts_);
    if (seat_.holder == Seat::Holder::master) {
      if (!master && backup_may(server_, facts_)) give_to_backup();
      return;
    }
    if (!master) {
      // One that is only not checked yet goes on with the delay that an earlier daemon began.
      const bool is_unknown =
          facts_.health == HealthState::init || facts_.health == HealthState::rising;
      if (!is_unknown || facts_.admin != AdminState::enabled) seat_.back_since.reset();
      // Checked by now, and found failed: no longer a stand-in for one that was not known.
      if (facts_.health == HealthState::down || facts_.admin != AdminState::enabled)
        seat_.provisional = false;
    } else if (!backup_may(server_, facts_)) {
      give_to_master();
    } else {
      if (!seat_.back_since) seat_.back_since = sight_.now;
      if (is_due_back()) take_over();
    }
  }

  bool is_due_back() const {
    const ServerPolicy& policy = *server_.policy;
    if (seat_.provisional || sight_.failback) return true;
    return policy.preempt && *seat_.back_since + policy.preempt_delay <= sight_.now;
  }

  void give_to_backup() {
    seat_.holder = Seat::Holder::backup;
    seat_.provisional = facts_.health == HealthState::init && facts_.admin == AdminState::enabled;
    seat_.back_since.reset();
    seat_.backup_drain.reset();
    seat_.full = seat_.helped = false;
  }

  void give_to_master() {
    seat_.holder = Seat::Holder::master;
    seat_.provisional = false;
    seat_.back_since.reset();
  }

  void take_over() {
    give_to_master();
    if (server_.policy->on_return == OnReturn::drain) seat_.backup_drain = begun(sight_.now);
  }

  // Only a backup has an interest in it; without one the kernel's threshold is all there is.
  void settle_limit() {
    const bool was_helped = seat_.helped;
    const std::uint64_t upper = max_connections(server_, facts_);
    const std::uint64_t lower = resume_connections(server_, facts_);
    if (!server_.backup || upper == 0 || !master_serves(facts_)) {
      seat_.full = seat_.helped = false;
    } else if (sight_.load) {
      const std::uint64_t connections = sight_.load->fullest;
      seat_.full = is_over(seat_.full, connections, upper, lower, 100);
      seat_.helped = is_over(seat_.helped, connections, upper, lower, server_.policy->backup_at);
    }
    if (facts_.backup_admin != AdminState::enabled) return;
    if (seat_.helped) seat_.backup_drain.reset();
    const bool backup_leaves =
        was_helped && !seat_.helped && server_.backup && seat_.holder == Seat::Holder::master;
    if (backup_leaves) seat_.backup_drain = begun(sight_.now);
  }

  void settle_drain(bool was_out) {
    if (facts_.admin != AdminState::drain) {
      seat_.drain.reset();
    } else {
      if (!seat_.drain) {
        seat_.drain = begun(sight_.now);
        // Not in the table, so there is nothing to wait for.
        seat_.drain->over = was_out && facts_.start != Start::adopted_idle;
      }
      seat_.drain = continued(*seat_.drain, sight_.load, drain_rules(facts_, sight_), sight_.now);
    }
  }

  // It leaves by draining because its master is back, or because an operator says so.
  void settle_backup_drain(bool was_in) {
    const bool is_wished = server_.backup && facts_.backup_admin == AdminState::drain;
    if (is_wished && !seat_.backup_drain) {
      seat_.backup_drain = begun(sight_.now);
      seat_.backup_drain->over = !was_in;
    }
    if (!seat_.backup_drain) return;
    seat_.backup_drain = continued(*seat_.backup_drain, sight_.backup_load,
                                   backup_drain_rules(server_, facts_, sight_), sight_.now);
    const bool is_out = facts_.backup_admin == AdminState::disabled || backup_failed(facts_) ||
                        seat_.backup_drain->over;
    if (!is_wished && (is_out || backup_serves(server_, facts_))) seat_.backup_drain.reset();
  }

  void settle_ramp(bool was_out) {
    const Duration length = server_.policy->slow_start;
    if (!master_serves(facts_) || length == Duration::zero()) {
      seat_.warms_since.reset();
    } else if (was_out) {
      seat_.warms_since = sight_.now;
    }
    seat_.warmth = 100;
    if (!seat_.warms_since) return;
    seat_.warmth = static_cast<std::uint8_t>(ramp(*seat_.warms_since, length, sight_.now).percent);
    if (seat_.warmth == 100) seat_.warms_since.reset();
  }

  const RealServer& server_;
  ServerFacts facts_;
  Seat& seat_ = facts_.seat;
  const Sight& sight_;
};

}  // namespace

Seat settled(const RealServer& server, const ServerFacts& facts, const Sight& sight) {
  return Settling(server, facts, sight).seat();
}

std::optional<Time> next_moment(const RealServer& server, const ServerFacts& facts,
                                const Sight& sight) {
  const Seat& seat = facts.seat;
  const ServerPolicy& policy = *server.policy;
  std::optional<Time> next;
  const auto consider = [&](std::optional<Time> moment) {
    if (moment && (!next || *moment < *next)) next = moment;
  };
  if (seat.back_since && policy.preempt && may_serve(facts))
    consider(*seat.back_since + policy.preempt_delay);
  if (seat.warms_since) consider(ramp(*seat.warms_since, policy.slow_start, sight.now).next);
  consider(seat.flap.held_until);
  if (seat.drain) consider(next_moment(*seat.drain, drain_rules(facts, sight)));
  if (seat.backup_drain)
    consider(next_moment(*seat.backup_drain, backup_drain_rules(server, facts, sight)));
  return next;
}

bool needs_load(const RealServer& server, const ServerFacts& facts) {
  const bool is_limited = server.backup && max_connections(server, facts) != 0;
  const auto drains = [](const std::optional<Drain>& drain) { return drain && !drain->over; };
  return (is_limited && master_serves(facts)) || drains(facts.seat.drain) ||
         drains(facts.seat.backup_drain);
}

Seat found_seat(Start master, Start backup, Time now) {
  Seat seat;
  if (master == Start::fresh) return seat;
  seat.out = master != Start::adopted_up;
  if (backup == Start::adopted_up && !seat.out) seat.full = seat.helped = true;
  if (backup == Start::adopted_up && seat.out) seat.holder = Seat::Holder::backup;
  if (backup == Start::adopted_idle) seat.backup_drain = begun(now);
  return seat;
}

bool may_serve(const ServerFacts& facts) {
  return (is_up(facts.health) || facts.seat.held) && facts.admin == AdminState::enabled &&
         !is_held_back(facts);
}

bool master_serves(const ServerFacts& facts) {
  return facts.seat.holder == Seat::Holder::master && may_serve(facts);
}

bool backup_serves(const RealServer& server, const ServerFacts& facts) {
  const bool has_it = facts.seat.holder == Seat::Holder::backup || facts.seat.helped;
  return has_it && backup_may(server, facts);
}

bool backup_is_taken_out(const RealServer& server, const ServerFacts& facts) {
  return server.backup && facts.seat.holder == Seat::Holder::backup && is_up(facts.backup) &&
         facts.backup_admin != AdminState::enabled;
}

std::uint32_t weight(const RealServer& server, const ServerFacts& facts) {
  return facts.weight.value_or(server.settings.weight);
}

std::uint32_t max_connections(const RealServer& server, const ServerFacts& facts) {
  return facts.max_connections.value_or(server.settings.upper_threshold);
}

// A limit that was lowered below what the file resumes at resumes where the kernel does.
std::uint32_t resume_connections(const RealServer& server, const ServerFacts& facts) {
  const std::uint32_t lower = server.settings.lower_threshold;
  return lower > max_connections(server, facts) ? 0 : lower;
}

}  // namespace lvsd
