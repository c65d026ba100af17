#include "api/json_characters.h"

#include <algorithm>
#include <cstddef>

namespace lvsd::api {
namespace {

// Takes digits off the front; false: there are none.
bool take_digits(std::string_view& rest) {
  const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(digits);
  return digits != 0;
}

bool is_number(std::string_view rest) {
  if (rest.starts_with('-')) rest.remove_prefix(1);
  if (rest.starts_with('0'))
    rest.remove_prefix(1);
  else if (!take_digits(rest))
    return false;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    if (!take_digits(rest)) return false;
  }
  if (rest.starts_with('e') || rest.starts_with('E')) {
    rest.remove_prefix(1);
    if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
    if (!take_digits(rest)) return false;
  }
  return rest.empty();
}

}  // namespace

bool is_literal(std::string_view word) {
  return word == "true" || word == "false" || word == "null" || is_number(word);
}

}  // namespace lvsd::api
