#pragma once

#include <string>
#include <variant>

#include "api/find.h"
#include "api/request.h"

namespace lvsd {

// The object a word of a request's path means, or the answer that there is none.
template <class Object>
std::variant<const Object*, api::Response> settled(const api::Found<Object>& found,
                                                   const std::string& word) {
  if (const auto* object = std::get_if<const Object*>(&found)) return *object;
  if (const auto* several = std::get_if<api::Ambiguous>(&found))
    return api::response(api::ambiguous(word, several->candidates));
  return api::response(api::no_such_object(word, std::get<api::NotFound>(found).near));
}

}  // namespace lvsd
