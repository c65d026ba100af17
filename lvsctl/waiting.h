#pragma once

#include <chrono>
#include <optional>

#include "api/routes.h"
#include "lvsctl/command.h"

// `--wait`: until a server that was taken out has left the kernel's table, with what it still has
// on standard error: on a terminal in one line that is renewed, else in a line every ten seconds.

namespace lvsd::ctl {

struct Patience {
  std::optional<std::chrono::milliseconds> limit;  // absent: as long as it takes
  bool quiet = false;                              // no progress
};

struct Wait {
  enum class End {
    gone,         // it is out
    taken_back,   // somebody lets it take connections again
    over,         // the limit was reached; it goes on in the daemon
    interrupted,  // by the one who waits; likewise
    failed,       // lvsd cannot be asked: `failure`
  };
  End end = End::gone;
  std::chrono::milliseconds took{0};
  api::ServerView last;
  Output failure{};
};

// `server` has the words of its route. An lvsd that is not there for a moment is waited for: a
// drain outlives it.
Wait waited(const Context& context, const api::Words& server, const Patience& patience);

}  // namespace lvsd::ctl
