#pragma once

#include <cstddef>
#include <span>

#include "model/op.h"
#include "model/table.h"

// Sending a plan in two parts, so that a refusal in the first one cannot make the second one harm:
// the kernel goes on after an op that fails, and would take the old server out although the new one
// never came in. The reconciler asks, for every plan that has a second part.

namespace lvsd {

struct Stages {
  Plan give;  // adds, raises and changes settings: can only leave more that serves
  Plan take;  // lowers and removes
};

// REQUIRES: `plan` is diff(actual, …).
Stages stages(Plan plan, const Table& actual);

// What of `take` may still be sent when the ops of `give` at the indices `failed` were refused: all
// but what would take the last usable destination from a service that has lost a new one to a
// refusal. What is held back comes again with the next diff. Law: with any op failing, a service
// that has a usable destination before and after has one all the time.
Plan harmless(Plan take, const Table& actual, const Plan& give,
              std::span<const std::size_t> failed);

// Whether clients of the service are served: a destination with weight there is.
bool is_usable(const Service& service);

}  // namespace lvsd
