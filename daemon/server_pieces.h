#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/filter.h"
#include "api/request.h"
#include "daemon/outlook.h"

namespace lvsd {

// The servers of all services as the rest of a list, some services at a go, so that the loop serves
// others meanwhile however many there are. `look` gives what there is at that moment; services that
// a reload takes away meanwhile are not among them, nor are new ones. Ends with `closing`.
// REQUIRES: called on the loop; what `look` uses outlives it.
using Look = std::function<Outlook()>;
std::shared_ptr<api::Pieces> server_pieces(Look look, std::optional<api::Filter> terms,
                                           std::string closing);

}  // namespace lvsd
