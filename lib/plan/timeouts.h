#pragma once

#include "model/timeouts.h"

// What becomes of operators' wishes about IPVS's timeouts. Asked by the daemon when one is set or
// taken back, and at each reload.

namespace lvsd {

// The file's, with the wishes over them.
IpvsTimeouts wanted_timeouts(const IpvsTimeouts& configured, const TimeoutOverrides& wishes);

// One more wish. `actual`: what the kernel has now.
TimeoutOverrides with_timeout(TimeoutOverrides wishes, TimeoutKind kind, std::uint32_t value,
                              const IpvsTimeouts& configured, const Timeouts& actual,
                              const Author& by);

// What the kernel is to be given when the wish of this kind goes: the file's, else what was there
// before; 0: nobody knows, so it stays.
std::uint32_t timeout_without(const TimeoutOverrides& wishes, TimeoutKind kind,
                              const IpvsTimeouts& configured);

// What is left of them with another file: those that hide what the file still says.
TimeoutOverrides reloaded(TimeoutOverrides wishes, const IpvsTimeouts& configured);

}  // namespace lvsd
