#pragma once

#include <boost/json/object.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <span>
#include <string_view>

#include "api/json.h"

namespace lvsd::api {

// A list of an object that is read item by item: `take` is called with each as soon as that is
// read. A list of 50,000 servers needs no tree of all of them.
struct TakenList {
  std::string_view name;
  std::function<void(const boost::json::value& item)> take;
};

// The object that a body is, by Boost.JSON: it needs a tenth of the time that nlohmann's parser
// does, and lists of services are megabytes. Those of its lists that are taken are empty in it.
Result<boost::json::object> parsed_object(std::string_view body, const JsonLimits& limits,
                                          std::span<const TakenList> lists = {});

// ---- for those who use the library

boost::json::parse_options parse_options(const JsonLimits& limits);
Error too_long(const JsonLimits& limits);
// What the parser says of a body.
Error parse_failure(const boost::system::error_code& error, const JsonLimits& limits);

}  // namespace lvsd::api
