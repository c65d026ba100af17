#pragma once

#include <vector>

#include "api/json.h"
#include "api/request.h"
#include "api/views.h"

namespace lvsd::api {

// What GET / answers: the state of everything as a page for people.
Response status_page(const Head& head, const StatusView& status,
                     const std::vector<ServiceView>& services);

}  // namespace lvsd::api
