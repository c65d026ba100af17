#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

#include "daemon/script_user.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// How many programs may run at once; the others wait their turn.
class ScriptSlots {
 public:
  ScriptSlots(boost::asio::any_io_executor executor, std::uint32_t count);

  // A place, held while it lives.
  class Place {
   public:
    explicit Place(ScriptSlots& slots) : slots_(&slots) {}
    Place(Place&& other) noexcept : slots_(other.slots_) { other.slots_ = nullptr; }
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    ScriptSlots* slots_;
  };
  boost::asio::awaitable<Place> place();

  void set_count(std::uint32_t count);

 private:
  std::uint32_t count_;
  std::uint32_t taken_ = 0;
  boost::asio::steady_timer freed_;
};

// The MISC_CHECK: runs the program without a shell, as the user it is to run as, in a process group
// of its own, with no descriptors but its three, a small environment of known words, and "/" for
// its directory. After check.timeout the group gets SIGTERM, 2 s later SIGKILL. A program that may
// not run, or does not start, fails the check with the reason. What it starts and leaves behind is
// not waited for.
// Cancelling ends it early; the program is ended in the background.
// REQUIRES: `slots` outlives it.
boost::asio::awaitable<Observation> probe_script(MiscCheck check, CheckTarget target,
                                                 ScriptRules rules, ScriptSlots& slots);

}  // namespace lvsd
