#pragma once

#include <boost/json/object.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <functional>

#include "api/json.h"

namespace lvsd::api {

// The object that a body is, by Boost.JSON: it needs a tenth of the time that nlohmann's parser
// does, and lists of services are megabytes. Where `item` is given, it is called with each item of
// the object's list "items" as soon as that is read, and the list is empty in the end: a list of
// 50,000 servers needs no tree of all of them.
using TakeItem = std::function<void(const boost::json::value& item)>;
Result<boost::json::object> parsed_object(std::string_view body, const JsonLimits& limits,
                                          const TakeItem& item = {});

// ---- for those who use the library

boost::json::parse_options parse_options(const JsonLimits& limits);
Error too_long(const JsonLimits& limits);
// What the parser says of a body.
Error parse_failure(const boost::system::error_code& error, const JsonLimits& limits);

}  // namespace lvsd::api
