#pragma once

#include <optional>
#include <string_view>

#include "api/json.h"

namespace lvsd::api {

// Why a body is not even looked at: longer or nested deeper than may be. Asked before any parser
// is, so that depth never becomes depth of a stack.
std::optional<Error> beyond(std::string_view body, const JsonLimits& limits);

}  // namespace lvsd::api
