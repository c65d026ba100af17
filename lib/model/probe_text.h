#pragma once

#include <string>
#include <vector>

#include "model/check.h"

namespace lvsd {

// What a probe asks for and what it wants to hear, for people: "GET /healthz Host www.example.com
// expect 200-299"; of several urls one each. What may open a door (credentials, headers, bodies) is
// not in it.
std::vector<std::string> requests(const Probe& probe);

}  // namespace lvsd
