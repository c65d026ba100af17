#pragma once

// What IPVS has beside its table, as generic netlink spells it: timeouts, sync daemons, zeroing.
// The kernel writer asks. Pure, like ipvs_codec.

#include <utility>

#include "base/result.h"
#include "model/controls.h"
#include "netlink/ipvs_message.h"

namespace lvsd {

// The change as one request at the end of `out`.
void append_request(Bytes& out, const RequestHeader& header, const ControlOp& op);

// Questions. The sync daemons: always NLM_F_DUMP; there are none, one or two.
void append_get_timeouts(Bytes& out, const RequestHeader& header);
void append_get_sync(Bytes& out, const RequestHeader& header);

// Answers; what keeps one from being read is codec_errc. A sync daemon's settings are those it runs
// with: the kernel puts in what was left at its default, also the datagram length it chose.
Result<Timeouts> timeouts_entry(const Message& message);
Result<std::pair<SyncRole, SyncSettings>> sync_entry(const Message& message);

}  // namespace lvsd
