#pragma once

#include <optional>

#include "config/draft.h"
#include "model/check.h"

namespace lvsd {

class Compiler;

// What a kind of check has where nothing is written, or nothing but delay_loop.
CheckPolicy default_policy(const Probe& probe, std::optional<Duration> delay_loop);

// A check with everything it inherits. `endpoint` is its server's. Nothing where it cannot be.
std::optional<Check> settled_check(Compiler& compiler, CheckDraft& draft,
                                   const ServiceDraft& service, const ServerDraft& server,
                                   const Endpoint& endpoint);

}  // namespace lvsd
