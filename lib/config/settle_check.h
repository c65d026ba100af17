#pragma once

#include <optional>

#include "config/draft.h"
#include "model/check.h"

namespace lvsd {

class Compiler;

// A check with everything it inherits. `endpoint` is its server's. Nothing where it cannot be.
std::optional<Check> settled_check(Compiler& compiler, CheckDraft& draft,
                                   const ServiceDraft& service, const ServerDraft& server,
                                   const Endpoint& endpoint);

}  // namespace lvsd
