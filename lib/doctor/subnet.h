#pragma once

#include "doctor/facts.h"

namespace lvsd::doctor {

// Whether an address is in the network of one that an interface holds. Never for a network of one.
bool is_within(const Address& address, const HeldAddress& held);

}  // namespace lvsd::doctor
