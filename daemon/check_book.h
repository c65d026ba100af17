#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/check_totals.h"
#include "daemon/pools.h"
#include "health/certificate.h"
#include "health/schedule.h"
#include "model/check_id.h"
#include "model/config.h"
#include "model/health.h"
#include "model/history.h"

namespace lvsd {

// Which checks run, and for whom: equal checks of several servers are one check with several users.
class CheckBook {
 public:
  struct Entry {
    Check check;
    boost::container::small_vector<CheckUser, 1> users;  // never empty
    CheckHealth health;                                  // what its results say, whoever uses it
    Timing timing;                                       // when it was taken on, or resumed
    CheckHistory history;
    CheckTotals totals{};
    std::uint32_t pause = 0;  // the number of the pause it is in; 0: it runs
    CertificateTerm certificate = CertificateTerm::fine;  // as it was last said
    std::optional<std::int64_t> certificate_end;          // in its last result, Unix seconds
    // What was last said of its failing, where each failure is to be said.
    struct Said {
      CheckResult result = CheckResult::socket_error;
      int code = 0;
      Time at;
      std::uint32_t unsaid = 0;  // since, of the same
    };
    std::optional<Said> failure;
  };
  struct Changes {
    std::vector<CheckId> ended;  // the last one that begun first, as lists shrink fastest
    std::vector<CheckId> begun;
    std::vector<CheckId> kept;  // its users may be others now
  };

  // Makes the book that of `config`. A check that was in it before keeps its id, and so goes on.
  Changes renew(const Config& config);

  std::optional<CheckId> id_of(const Check& check) const;
  // Null when nobody uses such a check.
  const Entry* find(const Check& check) const;
  // Null when there is no such check (any more).
  const Entry* find(CheckId id) const;
  Entry* find(CheckId id);

  // Takes a result down. Returns the check's entry; null when there is no such check (any more).
  const Entry* record(CheckId id, const Observation& observation);

  const std::unordered_map<CheckId, Entry>& entries() const { return entries_; }

 private:
  Entry& entry_of(const Check& check, Changes& changes);
  void drop_unused(Changes& changes);

  std::unordered_map<CheckId, Entry> entries_;
  std::unordered_multimap<std::size_t, CheckId> by_endpoint_;  // by its hash
  CheckId next_ = 0;
};

}  // namespace lvsd
