// What operators wish of the servers in Pools, and what the next daemon is told of them.

#include <utility>

#include "daemon/pools.h"
#include "plan/overrides.h"
#include "plan/panic.h"
#include "plan/scheduler.h"

namespace lvsd {

namespace {

std::string name_of(const VirtualServer& service, std::uint32_t server) {
  return id(service) + "/" + id(service.real_servers[server]);
}

// What of a seat cannot be learned anew from the kernel and the checks.
Seat memorable(const Seat& seat) {
  Seat kept{.holder = seat.holder,
            .provisional = seat.provisional,
            .full = seat.full,
            .helped = seat.helped,
            .back_since = seat.back_since,
            .warms_since = seat.warms_since,
            .drain = seat.drain,
            .backup_drain = seat.backup_drain};
  // A first failure costs nothing, so it is not worth the disk's time either.
  if (seat.flap.repeats != 0) kept.flap = seat.flap;
  for (auto* drain : {&kept.drain, &kept.backup_drain})
    if (*drain)
      *drain =
          Drain{.since = (*drain)->since, .quiet_since = (*drain)->since, .over = (*drain)->over};
  return kept;
}

std::map<std::uint32_t, Seat> memorable(const std::map<std::uint32_t, Seat>& seats) {
  std::map<std::uint32_t, Seat> kept;
  for (const auto& [server, seat] : seats)
    if (const Seat worth = memorable(seat); worth != Seat{}) kept.emplace(server, worth);
  return kept;
}

}  // namespace

std::optional<PoolChange> Pools::wish(std::size_t pool, std::uint32_t server, Override wishes,
                                      Time now) {
  const auto number = static_cast<std::uint32_t>(pool);
  if (!wishes.empty())
    wishes_[number].insert_or_assign(server, std::move(wishes));
  else if (const auto of_pool = wishes_.find(number); of_pool != wishes_.end())
    if (of_pool->second.erase(server); of_pool->second.empty()) wishes_.erase(of_pool);
  ++memory_;
  return settle(pool, sight(now));
}

const SchedulerOverride* Pools::scheduler_wish(std::size_t pool) const {
  const auto found = schedulers_.find(static_cast<std::uint32_t>(pool));
  return found == schedulers_.end() ? nullptr : &found->second;
}

std::optional<PoolChange> Pools::wish(std::size_t pool, std::optional<SchedulerOverride> wish,
                                      Time now) {
  const auto number = static_cast<std::uint32_t>(pool);
  if (wish)
    schedulers_.insert_or_assign(number, *std::move(wish));
  else
    schedulers_.erase(number);
  ++memory_;
  return settle(pool, sight(now));
}

ServiceSettings Pools::settings(std::size_t pool) const {
  const ServiceSettings& configured = config_->virtual_servers[pool].settings;
  const SchedulerOverride* wish = scheduler_wish(pool);
  return wish == nullptr ? configured : with_scheduler(configured, wish->value);
}

void Pools::keep_seats(std::size_t index, const PoolFacts& facts) {
  std::map<std::uint32_t, Seat> seats;
  for (std::uint32_t i = 0; i < facts.real_servers.size(); ++i)
    if (const Seat& seat = facts.real_servers[i].seat; seat != Seat{}) seats.emplace(i, seat);
  if (memorable(seats) != memorable(pools_[index].seats)) ++memory_;
  pools_[index].seats = std::move(seats);
}

Desired Pools::outcome(std::size_t index, PoolFacts facts, const PoolSight& sight) const {
  const VirtualServer& service = config_->virtual_servers[index];
  facts = settled(service, std::move(facts), sight);
  facts.quorum = has_quorum(index, facts);
  return desired(service, facts);
}

Desired Pools::with_wish(std::size_t pool, std::uint32_t server, const Override& wishes,
                         Time now) const {
  PoolFacts then = facts(pool);
  then.real_servers[server] = server_facts(pool, server, wishes);
  return outcome(pool, std::move(then), sight(now));
}

Desired Pools::with_wish(std::size_t pool, const std::optional<SchedulerOverride>& wish,
                         Time now) const {
  PoolFacts then = facts(pool);
  then.scheduler = wish ? std::optional(wish->value) : std::nullopt;
  return outcome(pool, std::move(then), sight(now));
}

bool Pools::would_serve(std::size_t pool, std::uint32_t server, const Override& wishes,
                        Time now) const {
  const Desired result = with_wish(pool, server, wishes, now);
  return serving(result.real_servers) + serving(result.backups) + serving(result.sorry_servers) !=
         0;
}

Desired Pools::with_failback(std::size_t pool, std::uint32_t server, Time now) const {
  std::vector<ServerSight> servers(pools_[pool].servers.size());
  servers[server].failback = true;
  PoolSight wanted = sight(now);
  wanted.servers = servers;
  return outcome(pool, facts(pool), wanted);
}

Desired Pools::without_panic(std::size_t pool, Time now) const {
  return outcome(pool, lvsd::without_panic(facts(pool)), sight(now));
}

std::optional<PoolChange> Pools::fail_back(std::size_t pool, std::uint32_t server, Time now) {
  std::vector<ServerSight> servers(pools_[pool].servers.size());
  servers[server].failback = true;
  PoolSight wanted = sight(now);
  wanted.servers = servers;
  return settle(pool, wanted);
}

std::optional<PoolChange> Pools::end_panic(std::size_t pool, Time now) {
  return settle(pool, lvsd::without_panic(facts(pool)), sight(now));
}

// What ends need not turn a server: a limit that is the file's again is for the kernel alone.
std::vector<PoolChange> Pools::expire(WallTime wall, Time now) {
  std::map<std::uint32_t, std::optional<SchedulerOverride>> ended;
  for (auto& [pool, of_pool] : wishes_) {
    for (auto& [server, wishes] : of_pool) {
      Override left = unexpired(wishes, wall);
      if (!(left == wishes)) ended.try_emplace(pool);
      wishes = std::move(left);
    }
    std::erase_if(of_pool, [](const auto& entry) { return entry.second.empty(); });
  }
  std::erase_if(wishes_, [](const auto& entry) { return entry.second.empty(); });
  for (const auto& [pool, wish] : schedulers_)
    if (has_ended(wish.by, wall)) ended.insert_or_assign(pool, wish);
  std::erase_if(schedulers_, [&](const auto& entry) { return has_ended(entry.second.by, wall); });

  std::vector<PoolChange> changes;
  for (auto& [pool, scheduler] : ended) {
    ++memory_;
    PoolChange change = settle(pool, sight(now)).value_or(PoolChange{.pool = pool});
    change.past_scheduler = std::move(scheduler);
    changes.push_back(std::move(change));
  }
  return changes;
}

std::optional<WallTime> Pools::next_expiry() const {
  std::optional<WallTime> next;
  for (const auto& [pool, of_pool] : wishes_)
    for (const auto& [server, wishes] : of_pool)
      if (const auto end = next_end(wishes); end && (!next || *end < *next)) next = end;
  for (const auto& [pool, wish] : schedulers_)
    if (const auto& end = wish.by.until; end && (!next || *end < *next)) next = end;
  return next;
}

Wishes Pools::kept_wishes() const {
  Wishes kept;
  for (const auto& [pool, of_pool] : wishes_)
    for (const auto& [server, wishes] : of_pool)
      kept.emplace(name_of(config_->virtual_servers[pool], server), wishes);
  return kept;
}

Seats Pools::kept_seats() const {
  Seats kept;
  for (std::size_t i = 0; i < pools_.size(); ++i)
    for (const auto& [server, seat] : memorable(pools_[i].seats))
      kept.emplace(name_of(config_->virtual_servers[i], server), seat);
  return kept;
}

SchedulerOverrides Pools::kept_schedulers() const {
  SchedulerOverrides kept;
  for (const auto& [pool, wish] : schedulers_)
    kept.emplace(id(config_->virtual_servers[pool]), wish);
  return kept;
}

Removals Pools::kept_removals() const {
  Removals kept;
  for (std::size_t i = 0; i < pools_.size(); ++i)
    for (const Removed& one : pools_[i].removed)
      kept[id(config_->virtual_servers[i])].push_back(lvsd::memorable(one));
  return kept;
}

void Pools::resume_removals(const Removals& removals, const Table& actual, Time now) {
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const VirtualServer& service = config_->virtual_servers[i];
    const auto told = removals.find(id(service));
    if (told == removals.end()) continue;
    pools_[i].removed = found_removals(service, actual, told->second, now);
    settle(i, sight(now));
  }
}

void Pools::recall(const SchedulerOverrides& wishes, Time now) {
  if (wishes.empty()) return;
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const VirtualServer& service = config_->virtual_servers[i];
    const auto found = wishes.find(id(service));
    if (found != wishes.end() && outlives(found->second, service)) wish(i, found->second, now);
  }
}

std::vector<PoolChange> Pools::recall(const Wishes& wishes, const Seats& seats, Time now) {
  std::vector<PoolChange> changes;
  if (wishes.empty() && seats.empty()) return changes;
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const VirtualServer& service = config_->virtual_servers[i];
    bool any = false;
    for (std::uint32_t server = 0; server < service.real_servers.size(); ++server) {
      const std::string name = name_of(service, server);
      if (const auto found = wishes.find(name); found != wishes.end()) {
        Override left = reloaded(found->second, service.real_servers[server]);
        if (!left.empty())
          wishes_[static_cast<std::uint32_t>(i)].insert_or_assign(server, std::move(left));
        any = true;
      }
      // A service the kernel lost begins anew; its seats are of another life.
      if (pools_[i].servers[server].start == Start::fresh) continue;
      if (const auto found = seats.find(name); found != seats.end()) {
        Seat& seat = pools_[i].seats[server];
        const bool out = seat.out;
        seat = found->second;
        seat.out = out;
        any = true;
      }
    }
    if (!any) continue;
    if (auto change = settle(i, sight(now))) changes.push_back(*std::move(change));
  }
  return changes;
}

}  // namespace lvsd
