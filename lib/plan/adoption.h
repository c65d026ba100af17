#pragma once

#include <vector>

#include "model/config.h"
#include "model/health.h"
#include "model/table.h"
#include "plan/diff.h"

// What a daemon that starts, or takes on a virtual server it did not have, makes of what it finds
// in the kernel. Connections live there: what serves goes on serving until its checks have fully
// failed, what does not is checked at once. Laws (adoption_test.cpp): a restart changes nothing; no
// destination that serves is removed before something has been checked.

namespace lvsd {

struct Adoption {
  std::vector<Start> real_servers;  // one for each of VirtualServer::real_servers
  std::vector<Start> backups;       // one for each real server; fresh where it has none
  std::vector<Start> sorry_servers;
  // What quorum is taken to have been (the argument `had` of lib/health's `quorum`).
  bool had_quorum = false;

  bool operator==(const Adoption&) const = default;
};

// Row by row, for a real server:
//   none of the virtual server's services is in the kernel      fresh: as the file says
//   it is a destination with weight in any of them              adopted_up
//   with weight 0, and that is its weight in the file           adopted_up
//   with weight 0                                               adopted_idle
//   it is not there                                             adopted_down
// Backup and sorry servers likewise; theirs is never weight 0.
// There was no quorum if there was nothing, or if sorry servers have weight and
// no real or backup server has.
Adoption adoption(const VirtualServer& server, const Table& actual);

// The services of `actual` that are nobody's business of ours: neither configured nor owned.
Services foreign(const Table& actual, const Table& desired, const Services& owned);

}  // namespace lvsd
