#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/pools.h"
#include "health/letter.h"
#include "model/check.h"

// What notify scripts and FIFOs are told: that a real server came up or went down, and that a
// virtual server gained or lost quorum. It goes by what was said last: whoever is told twice the
// same is told once, and what turned during a reload is told after it.
//
//   at start, and for a virtual server that is new   its quorum, unless it is missing and there is
//   no
//                                                    sorry server; of its real servers nothing, or
//                                                    with rs_init_notifies those that are up
//   a real server that was not known                 what it turns out to be
//   one that is deleted                              down, if it was up
//   the end                                          down, of virtual servers with `omega`

namespace lvsd {

struct Notice {
  std::string object;  // those of one object are told one after the other
  std::string what;    // "notify_down of web/web01", for people
  std::string line;    // of FIFOs: "RS [10.0.0.2]:tcp:80 [10.0.0.1]:tcp:80 DOWN"
  Script script;       // may be empty
  Letter letter{};     // no subject: nobody is mailed
};
using Notices = std::vector<Notice>;

class NoticeBook {
 public:
  // What is to be said of a configuration that was just put in force, or of one virtual server.
  Notices renew(const Pools& pools);
  Notices renew(const Pools& pools, std::size_t pool);

  // What is to be said before the daemon ends; after that nothing more is.
  Notices farewell(const Pools& pools);

 private:
  // What was said last of an object, and what is to be said when it is gone.
  struct Entry {
    std::optional<bool> up;
    Notice down;
  };

  class Page;

  std::map<std::string, Entry> said_;  // of those that anybody is told of
  bool over_ = false;
};

}  // namespace lvsd
