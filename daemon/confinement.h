#pragma once

#include <string>

#include "daemon/checker_process.h"

namespace lvsd {

// Takes from this process, a checker, what its role does not need: capabilities, its user, new
// privileges, limits. Returns what of it could not be had ("runs as root: …"); empty: all is well.
std::string confine(CheckerRole role);

}  // namespace lvsd
