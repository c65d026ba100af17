#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/filter.h"
#include "api/request.h"
#include "api/routes.h"
#include "daemon/outlook.h"

// Long lists of what is configured, written while they are sent: a list of 50,000 servers holds the
// loop for no longer than one of 100.

namespace lvsd {

using Look = std::function<Outlook()>;

// What a list has of the virtual server at an index.
template <class View>
using ViewsOf = std::function<std::vector<View>(const Outlook&, std::size_t index)>;

// The answer to `call` that is a list of what all virtual servers have: at once where that is
// little, else in pieces.
// REQUIRES: as list_pieces().
template <class View>  // ServerView, ServiceStatsView, ServiceView
api::Response listed(const Look& look, const ViewsOf<View>& views_of, const api::Call& call);

// After the opening of a list: what it has of the virtual servers that are configured when this is
// made, each looked at when its turn comes. Those that a reload has removed meanwhile are not among
// them, nor are new ones. Ends with `closing`.
// REQUIRES: called on the loop; what `look` uses outlives it.
template <class View>  // those of listed()
std::shared_ptr<api::Pieces> list_pieces(Look look, ViewsOf<View> views_of,
                                         std::optional<api::Filter> terms, std::string closing);

}  // namespace lvsd
