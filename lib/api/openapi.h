#pragma once

#include <string>
#include <string_view>

// The API as OpenAPI 3.1 describes it, made of what it is made of: the table of routes and the
// fields of the views. GET /api/v1/openapi.json, and docs/openapi.json.

namespace lvsd::api {

// Indented JSON that ends with a line end. `version`: of lvsd.
std::string openapi(std::string_view version);

}  // namespace lvsd::api
