#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace lvsd {

// The environment refused. `code` is for programs (compare it), `context` for people: what was
// attempted, outermost first ("adding tcp 10.0.0.1:80: sending to the kernel").
struct Error {
  std::error_code code;
  std::string context;
};

// "adding tcp 10.0.0.1:80: Operation not permitted". One line, no full stop.
std::string text(const Error& error);

// Puts what a caller was doing in front of what its callee was doing; once per floor.
Error within(std::string_view attempt, Error error);

// Error of an errno value as the kernel gave it (positive).
Error system_failure(int errno_value, std::string_view attempt);

}  // namespace lvsd
