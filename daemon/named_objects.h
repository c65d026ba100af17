#pragma once

#include <string>
#include <variant>

#include "api/request.h"
#include "model/config.h"

// What the words of a request mean, or the answer that there is no such thing.

namespace lvsd {

template <class Object>
using Named = std::variant<const Object*, api::Response>;

Named<VirtualServer> named_service(const Config& config, const std::string& word);
Named<RealServer> named_server(const VirtualServer& service, const std::string& word);

}  // namespace lvsd
