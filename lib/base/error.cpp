#include "base/error.h"

#include <utility>

namespace lvsd {

std::string text(const Error& error) {
  if (!error.code) return error.context;
  if (error.context.empty()) return error.code.message();
  return error.context + ": " + error.code.message();
}

Error within(std::string_view attempt, Error error) {
  std::string context(attempt);
  if (!error.context.empty()) context += ": " + error.context;
  return Error{error.code, std::move(context)};
}

Error system_failure(int errno_value, std::string_view attempt) {
  return Error{std::error_code(errno_value, std::generic_category()), std::string(attempt)};
}

}  // namespace lvsd
