#pragma once

#include <string>

namespace lvsd::ctl {

// One table for all commands; lvsctl(1) lists it.
enum class Exit : int {
  done = 0,
  negative = 1,        // a valid question with the answer no: degraded, differs
  usage = 2,           // the command line is wrong
  unreachable = 3,     // lvsd is not there
  no_such_object = 4,  // or an ambiguous name
  refused = 5,         // by a guard, or an invalid configuration
  timed_out = 6,
  denied = 7,
  partly = 8,    // one of several targets failed
  internal = 9,  // the kernel, lvsd or what it answered
};

// Why there is no answer, in one line for people.
struct Failure {
  Exit exit = Exit::internal;
  std::string message;
};

}  // namespace lvsd::ctl
