#pragma once

#include <boost/container/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/life.h"
#include "model/config.h"
#include "model/health.h"
#include "model/override.h"
#include "model/scheduler_override.h"
#include "model/table.h"
#include "plan/adoption.h"
#include "plan/desired.h"
#include "plan/settle.h"

namespace lvsd {

// What is known of one server.
struct ServerState {
  // One for each of its checks. There is one of these for each server, and many have no checks.
  using Checks = boost::container::vector<
      CheckHealth, void,
      boost::container::vector_options<boost::container::stored_size<std::uint32_t>>::type>;
  Checks checks;
  bool known = false;          // its checks have taken it up or down, once at least
  Start start = Start::fresh;  // how it was taken on; what it is now once that is known
  Standing standing;           // of all of them
  Time since;                  // when the server last came up or went down
  Life life;
};

// Of all its checks.
Standing standing_of(const std::vector<Check>& checks, const ServerState& state);

// What is known of one virtual server; the vectors stand beside those of its configuration.
struct Pool {
  std::vector<ServerState> servers;
  std::vector<ServerState> backups;  // one for each real server, or none where none has a backup
  std::vector<ServerState> sorries;
  bool quorum = true;
  Time quorum_since;

  std::map<std::uint32_t, Seat> seats;  // of real servers; who is not here has the default
  std::vector<Removed> removed;
  std::optional<Time> panic_since;

  std::vector<Decision> real_servers;    // what follows from it, for lists
  std::vector<Decision> backup_servers;  // as many as `backups`
  std::vector<Decision> sorry_servers;
};

enum class Member : std::uint8_t { real, backup, sorry };

// Which check of which server; indices into Config::virtual_servers and on. A backup has the index
// of its master.
struct CheckUser {
  std::uint32_t pool = 0;
  std::uint32_t server = 0;
  std::uint32_t check = 0;
  Member member = Member::real;
};

// What one server does differently now.
struct Turn {
  Member member = Member::real;
  std::uint32_t server = 0;
  Decision before;
  Decision after;
};

// What people and the kernel should hear of.
struct PoolChange {
  std::uint32_t pool = 0;
  std::optional<std::uint32_t> server;  // it came up or went down by its check
  std::uint32_t results = 0;            // in a row of one check, that decided it
  bool quorum = false;                  // it was gained or lost
  Member member = Member::real;         // what `server` is
  bool panic = false;                   // it began or ended
  std::vector<Turn> turns{};
  std::optional<SchedulerOverride> past_scheduler{};  // a wish whose time is over
};

// What outlives the daemon of a virtual server's policy, by name ("web/web01").
using Wishes = std::map<std::string, Override>;
using Seats = std::map<std::string, Seat>;
using Removals = std::map<std::string, std::vector<Removal>>;  // of virtual servers, likewise

// What operators wish of the real servers of one virtual server, by their indices.
using PoolWishes = std::map<std::uint32_t, Override>;

// The configuration in force and what is known of everything in it: the daemon's memory. It joins
// the verdicts of lib/health with the decisions of lib/plan and has no effects of its own.
class Pools {
 public:
  Pools() = default;

  const Config& config() const { return *config_; }
  // The same, to be looked at elsewhere while another one may come into force here.
  std::shared_ptr<const Config> shared_config() const { return config_; }
  const Pool& pool(std::size_t index) const { return pools_[index]; }

  // What is known of everything in a configuration takes so many bytes, rather more.
  static std::size_t memory_of(const Config& config);

  // How many servers of a virtual server take new connections now.
  static std::size_t serving(const std::vector<Decision>& decisions);

  // Puts `config` in force. What it shares with the one before keeps its health: a virtual server
  // is the same by its address, mark or group with protocol, else by any service it takes over; a
  // real server by its address and port; a check by its whole definition. A server with another
  // check keeps its standing and proves itself anew. A virtual server that is new takes on what
  // `actual` has of it. Returns the services that may differ from what was wanted before, gone ones
  // included; none for the same configuration again.
  std::set<ServiceKey> take(Config config, const Table& actual, Time now);

  // The services `config` would bring in that are not configured now: what `actual` has to hold.
  std::set<ServiceKey> newcomers(const Config& config) const;

  // Nothing if nothing turned; then what is wanted is the same as before.
  std::optional<PoolChange> observe(const CheckUser& user, const Observation& observation);

  // A check that has run for others goes on for `user` too: it is what it is known to be.
  // REQUIRES: known.has_run, and its last result is there.
  std::optional<PoolChange> inform(const CheckUser& user, const CheckHealth& known);

  const CheckHealth& health(const CheckUser& user) const;

  // ---- wishes of operators (pools_wishes.cpp)

  const Override& wishes(std::size_t pool, std::uint32_t server) const;
  // By the indices of their virtual servers; those without wishes are not there.
  const std::map<std::uint32_t, PoolWishes>& wishes() const { return wishes_; }
  std::optional<PoolChange> wish(std::size_t pool, std::uint32_t server, Override wishes, Time now);
  // Of a whole virtual server; null: there is none.
  const SchedulerOverride* scheduler_wish(std::size_t pool) const;
  const std::map<std::uint32_t, SchedulerOverride>& scheduler_wishes() const { return schedulers_; }
  std::optional<PoolChange> wish(std::size_t pool, std::optional<SchedulerOverride> wish, Time now);
  // How it is to be served: what the file says, with the wish over it.
  ServiceSettings settings(std::size_t pool) const;
  // Whether anyone would take new connections then.
  bool would_serve(std::size_t pool, std::uint32_t server, const Override& wishes, Time now) const;
  // What would follow from a wish, a failback and the end of a panic; nothing changes.
  Desired with_wish(std::size_t pool, std::uint32_t server, const Override& wishes, Time now) const;
  Desired with_wish(std::size_t pool, const std::optional<SchedulerOverride>& wish, Time now) const;
  Desired with_failback(std::size_t pool, std::uint32_t server, Time now) const;
  Desired without_panic(std::size_t pool, Time now) const;
  std::optional<PoolChange> fail_back(std::size_t pool, std::uint32_t server, Time now);
  std::optional<PoolChange> end_panic(std::size_t pool, Time now);
  // Ends the wishes whose time is over.
  std::vector<PoolChange> expire(WallTime wall, Time now);
  std::optional<WallTime> next_expiry() const;

  // What is to be kept for the next daemon, and what the last one kept. Wishes and seats of
  // servers that are not configured are dropped.
  Wishes kept_wishes() const;
  Seats kept_seats() const;
  SchedulerOverrides kept_schedulers() const;
  // Another number whenever one of them, or kept_removals, may be different; plain health leaves it
  // alone.
  std::uint64_t memory() const { return memory_; }
  std::vector<PoolChange> recall(const Wishes& wishes, const Seats& seats, Time now);
  void recall(const SchedulerOverrides& wishes, Time now);

  // Likewise of servers that were deleted from the file and are on their way out. `actual`: what
  // the pools were taken on from.
  Removals kept_removals() const;
  void resume_removals(const Removals& removals, const Table& actual, Time now);

  // ---- time and counters

  // When something changes though nothing happens, and what has changed by then.
  std::optional<Time> next_moment() const;
  std::vector<PoolChange> pass(Time now);

  // The virtual servers whose counters decide something, and what they say. `counters` has all
  // services of the virtual server that the kernel has.
  const std::set<std::uint32_t>& watched() const { return watched_; }
  std::optional<PoolChange> see(std::uint32_t pool, const Snapshot& counters, Time now);

  // What the kernel should hold for those of `services` that are configured.
  Table wanted(const std::set<ServiceKey>& services) const;
  Table wanted() const;
  std::set<ServiceKey> services() const;
  std::vector<ServiceKey> services(std::size_t pool) const;

 private:
  // For each virtual server of `config` the one in force that it continues, if any.
  std::vector<std::optional<std::size_t>> predecessors(const Config& config) const;
  PoolFacts facts(std::size_t index) const;
  ServerFacts server_facts(std::size_t index, std::size_t server, const Override& wishes) const;
  PoolSight sight(Time now) const;
  // Brings a pool to what follows from its facts.
  std::optional<PoolChange> settle(std::size_t index, const PoolSight& sight);
  std::optional<PoolChange> settle(std::size_t index, PoolFacts facts, const PoolSight& sight);
  Desired outcome(std::size_t index, PoolFacts facts, const PoolSight& sight) const;
  bool has_quorum(std::size_t index, const PoolFacts& facts) const;
  void keep(std::size_t index, PoolFacts&& facts, const PoolSight& sight);
  void keep_seats(std::size_t index, const PoolFacts& facts);
  // Takes down what a check is now. `results`: in a row, that made it so.
  std::optional<PoolChange> renew_check(const CheckUser& user, CheckHealth health,
                                        std::uint32_t results, Time at);
  ServerState& state_of(const CheckUser& user);
  void index_services();

  std::shared_ptr<const Config> config_ = std::make_shared<const Config>();  // never null
  // Beside its virtual servers. In many small pieces: a reload has two of them for a while, and
  // finds room for the second between what it has.
  std::deque<Pool> pools_;
  std::map<std::uint32_t, PoolWishes> wishes_;             // of pools
  std::map<std::uint32_t, SchedulerOverride> schedulers_;  // likewise
  std::map<ServiceKey, std::uint32_t> by_service_;         // -> pool
  std::map<std::uint32_t, Time> due_;                      // when a pool is to be settled again
  std::set<std::uint32_t> watched_;
  std::uint64_t memory_ = 0;
};

// What makes two virtual servers of two configurations the same one: "tcp:10.0.0.1:80",
// "group:web/tcp".
std::string identity(const VirtualServer& server);

// The checks of a user's server.
const std::vector<Check>& checks_of(const Config& config, const CheckUser& user);

}  // namespace lvsd
