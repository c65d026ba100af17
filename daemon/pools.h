#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/health.h"
#include "model/table.h"
#include "plan/adoption.h"
#include "plan/desired.h"

namespace lvsd {

// What is known of one real server.
struct ServerState {
  std::vector<CheckHealth> checks;  // one for each of RealServer::checks
  bool known = false;               // its checks have taken it up or down, once at least
  Start start = Start::fresh;       // how it was taken on; what it is now once that is known
  Standing standing;                // of all of them
  Time since;                       // when the server last came up or went down
};

// What is known of one virtual server; the vectors stand beside those of its configuration.
struct Pool {
  std::vector<ServerState> servers;
  bool quorum = true;
  Time quorum_since;
  std::vector<Decision> real_servers;  // what follows from it, for lists
  std::vector<Decision> sorry_servers;
};

// Which check of which server; indices into Config::virtual_servers and on.
struct CheckUser {
  std::uint32_t pool = 0;
  std::uint32_t server = 0;
  std::uint32_t check = 0;
};

// What an observation changed that people and the kernel should hear of.
struct PoolChange {
  std::uint32_t pool = 0;
  std::optional<std::uint32_t> server;  // it came up or went down
  std::uint32_t results = 0;            // in a row of one check, that decided it
  bool quorum = false;                  // it was gained or lost
};

// The configuration in force and what is known of everything in it: the daemon's memory. It joins
// the verdicts of lib/health with the decisions of lib/plan and has no effects of its own.
class Pools {
 public:
  Pools() = default;

  const Config& config() const { return config_; }
  const Pool& pool(std::size_t index) const { return pools_[index]; }

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

  // Nothing if neither the server nor quorum turned; then what is wanted is the same as before.
  std::optional<PoolChange> observe(const CheckUser& user, const Observation& observation);

  // A check that has run for others goes on for `user` too: it is what it is known to be.
  // REQUIRES: known.has_run, and its last result is there.
  std::optional<PoolChange> inform(const CheckUser& user, const CheckHealth& known);

  const CheckHealth& health(const CheckUser& user) const;

  // What the kernel should hold for those of `services` that are configured.
  Table wanted(const std::set<ServiceKey>& services) const;
  Table wanted() const;
  std::set<ServiceKey> services() const;
  std::vector<ServiceKey> services(std::size_t pool) const;

 private:
  // For each virtual server of `config` the one in force that it continues, if any.
  std::vector<std::optional<std::size_t>> predecessors(const Config& config) const;
  PoolFacts facts(std::size_t index) const;
  void decide(std::size_t index);
  bool settle_quorum(std::size_t index, Time now);
  std::optional<PoolChange> settle_server(const CheckUser& user, std::uint32_t results, Time at);
  void index_services();

  Config config_;
  std::vector<Pool> pools_;                         // beside config_.virtual_servers
  std::map<ServiceKey, std::uint32_t> by_service_;  // -> pool
};

// What makes two virtual servers of two configurations the same one: "tcp:10.0.0.1:80",
// "group:web/tcp".
std::string identity(const VirtualServer& server);

}  // namespace lvsd
