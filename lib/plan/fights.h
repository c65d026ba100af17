#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/time.h"

// Who keeps undoing our repairs. The audit asks before it repairs an entry, and tells of every
// repair. Two programs that each put an entry right as they see it would change it for ever, at the
// pace of the faster one; so after some repairs within a minute we go on at a slower pace, which
// leaves the log readable and the kernel in peace until someone ends the quarrel.

namespace lvsd {

struct FightRules {
  std::size_t repairs = 5;                             // of one entry
  Duration within = std::chrono::seconds(60);          // make a fight
  Duration first_pause = std::chrono::seconds(20);     // before the next repair; then doubled
  Duration longest_pause = std::chrono::seconds(120);  // up to this
};

// Laws (test/lib/plan/fights_test.cpp): fewer repairs than the rules name within their time are
// never held back; in a fight two repairs are never closer than the first pause; whatever happens,
// an entry is held back no longer than the longest pause.
class Fights {
 public:
  explicit Fights(const FightRules& rules = {}) : rules_(rules) {}

  // Whether the entry (in words: "tcp 10.0.0.1:80 -> 10.0.0.2:80") is to be left as it is for now.
  bool holds(const std::string& entry, Time now) const;

  // Whether a fight over the entry begins with this repair of it.
  bool note_repair(const std::string& entry, Time now);

  // The entries whose fight is over: nobody has undone our last repair for its pause and the time
  // of the rules. Forgets what was long ago.
  std::vector<std::string> ended(Time now);

  // The entries that are fought over, in order.
  std::vector<std::string> going_on() const;

 private:
  struct Quarrel {
    std::vector<Time> repairs;  // the last ones, at most as many as the rules name
    Duration pause{};           // zero: no fight yet
    Time last() const { return repairs.back(); }
  };

  FightRules rules_;
  std::map<std::string, Quarrel> quarrels_;
};

}  // namespace lvsd
