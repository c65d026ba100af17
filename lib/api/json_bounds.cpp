#include "api/json_bounds.h"

#include <algorithm>
#include <string>

namespace lvsd::api {
namespace {

// How deep lists and objects stand in each other. Brackets inside texts do not count.
std::size_t depth(std::string_view body) {
  std::size_t now = 0, most = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '"') {
      for (++i; i < body.size() && body[i] != '"'; ++i)
        if (body[i] == '\\') ++i;
    } else if (c == '{' || c == '[') {
      most = std::max(most, ++now);
    } else if ((c == '}' || c == ']') && now > 0) {
      --now;
    }
  }
  return most;
}

}  // namespace

std::optional<Error> beyond(std::string_view body, const JsonLimits& limits) {
  if (body.size() > limits.bytes)
    return Error{{}, "longer than " + std::to_string(limits.bytes) + " bytes"};
  if (depth(body) > limits.depth)
    return Error{{}, "nested deeper than " + std::to_string(limits.depth) + " levels"};
  return std::nullopt;
}

}  // namespace lvsd::api
