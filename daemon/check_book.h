#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "daemon/pools.h"
#include "daemon/probe_runner.h"
#include "model/config.h"

namespace lvsd {

// Which checks run, and for whom: equal checks of several servers are one check with several users.
class CheckBook {
 public:
  struct Entry {
    Check check;
    std::vector<CheckUser> users;  // never empty
  };
  struct Changes {
    std::vector<CheckId> ended;
    std::vector<CheckId> begun;
  };

  // Makes the book that of `config`. A check that was in it before keeps its id, and so goes on.
  Changes renew(const Config& config);

  // Null when there is no such check (any more).
  const Entry* find(CheckId id) const;

  const std::map<CheckId, Entry>& entries() const { return entries_; }

 private:
  std::map<CheckId, Entry> entries_;
  CheckId next_ = 0;
};

}  // namespace lvsd
