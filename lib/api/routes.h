#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "api/access.h"
#include "api/request.h"

// Every method and path the API has, in one table: from it come dispatch, access and the reference
// page. The daemon answers by a switch over Action, so the compiler finds a route nobody answers.

namespace lvsd::api {

enum class Action : std::uint8_t {
  alive,
  ready,
  version,
  status,
  services,
  service,
  servers,
  server,
  reload,
};

struct Route {
  Method method;          // a GET route answers HEAD too
  std::string_view path;  // "/api/v1/services/{service}"
  Action action;
  Access access;
  std::string_view summary;  // one line
};
std::span<const Route> routes();

using Query = std::map<std::string, std::string, std::less<>>;

// A request whose route, words and access have been settled.
struct Call {
  Action action = Action::alive;
  std::map<std::string, std::string, std::less<>> path;  // "service" -> "web", decoded
  Query query;                                           // decoded; the last of equal names counts
  std::string body;
  Peer peer;
};

// The call a request stands for, or why it is none: 400 for a target that cannot be read, 404 for
// an unknown path, 405 for a method the path has not (with `allow` in the detail), 403.
using Routed = std::variant<Call, ProblemView>;
Routed routed(Request request, const Writers& writers);

// Path of the first route of `action` with the words put in, percent-encoded:
// path_of(Action::service, {{"service", "tcp:[::1]:80"}}).
// REQUIRES: a word for every {name} of the path.
std::string path_of(Action action,
                    const std::map<std::string, std::string, std::less<>>& words = {},
                    const Query& query = {});

}  // namespace lvsd::api
