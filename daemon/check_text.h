#pragma once

#include <string>
#include <vector>

#include "api/moment.h"
#include "daemon/check_book.h"
#include "daemon/event_text.h"

namespace lvsd {

// "TCP_CHECK of 10.0.0.2:80"
std::string check_name(const Check& check);
// "its 3 servers keep the state they have"
std::string kept_state(const CheckBook::Entry& entry);

// The log's lines of checks as such, beside those of the servers that come and go by them
// (event_text): a check that cannot be made, each failure where that is asked for, a certificate
// that ends. Ten thousand checks can fail to be made at once, for one cause: of that, a few lines a
// minute are enough.
class CheckLog {
 public:
  // `entry` is as it was before `seen`. `all_failures`: of every check, whatever it says itself.
  // One that goes on failing in the same way is said once a minute, with how often.
  std::vector<LogLine> lines(CheckBook::Entry& entry, const Observation& seen, bool all_failures);
  // Takes down how the certificate of the check's server stands, and says when that has changed.
  std::vector<LogLine> certificate_lines(CheckBook::Entry& entry, const Observation& seen,
                                         const api::Moment& now);

 private:
  bool may_say(Time now);

  Time window_;  // a minute begins here
  unsigned said_ = 0;
};

}  // namespace lvsd
