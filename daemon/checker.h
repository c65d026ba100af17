#pragma once

#include <string_view>

namespace lvsd {

// What `lvsd-checker ROLE` is, which the daemon starts and nobody else: drops its powers, then runs
// the checks it is told to until the pipe to the daemon closes. Returns the exit code.
int run_checker(std::string_view role);

}  // namespace lvsd
