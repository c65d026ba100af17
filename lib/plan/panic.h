#pragma once

#include "model/config.h"
#include "plan/desired.h"

// `panic_percent`: when most of a pool fails at once it is more likely us who cannot see than they
// who are dead. Then the table is held as it was.
//
// It begins when, within one check interval, two or more servers failed and they are `percent` or
// more of those that served. They are held then (Seat::held), and so is each that fails while it
// lasts. It ends by itself when those that are held and still fail are less than `percent`, or by
// the operator; what still fails leaves then.

namespace lvsd {

// `percent` 0: no panic, and one that lasts ends. To be done before the seats are settled.
PoolFacts with_panic(const VirtualServer& server, PoolFacts facts, std::uint32_t percent, Time now);

// By the operator: what fails now leaves, and cannot be the reason for another panic.
PoolFacts without_panic(PoolFacts facts);

}  // namespace lvsd
