#pragma once

#include <utility>
#include <vector>

#include "api/filter.h"
#include "api/json.h"
#include "api/request.h"
#include "api/routes.h"

namespace lvsd {

// The answer of a list: those that `?filter=` is about, or what is wrong with that.
template <class View>
api::Response filtered(const api::Head& head, std::vector<View> views, const api::Call& call) {
  if (const auto wrong = api::filter(views, api::word(call.query, "filter")))
    return api::response(api::bad_request("filter: " + *wrong));
  return api::response(head, views);
}

}  // namespace lvsd
