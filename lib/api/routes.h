#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/access.h"
#include "api/request.h"

// Every method and path the API has, in one table: from it come dispatch, access and the reference
// page. The daemon answers by a switch over Action, so the compiler finds a route nobody answers.

namespace lvsd::api {

enum class Action : std::uint8_t {
  page,
  alive,
  ready,
  metrics,
  service_health,
  version,
  openapi,
  status,
  services,
  service,
  servers,
  server,
  zero,
  stats,
  cpu_stats,
  connections,
  connection_counts,
  events,
  kernel_table,
  kernel_controls,
  drift,
  repair_drift,
  doctor,
  checks,
  run_checks,
  pause_checks,
  resume_checks,
  digest,
  config,
  config_check,
  config_diff,
  config_history,
  rollback,
  confirm,
  reload,
  drain,
  undrain,
  disable,
  enable,
  set_weight,
  set_max_connections,
  set_scheduler,
  failback,
  calm,
  overrides,
  timeouts,
  set_timeout,
  tuning,
  restore_tuning,
  log_level,
  set_log_level,
  shutdown,
};

struct Route {
  Method method;          // a GET route answers HEAD too
  std::string_view path;  // "/api/v1/services/{service}"
  Action action;
  Access access;
  std::string_view summary;     // one line
  std::string_view query = {};  // the names it may have, with blanks between them
};
std::span<const Route> routes();
std::vector<std::string_view> query_words(const Route& route);

// Name -> value, decoded.
using Words = std::map<std::string, std::string, std::less<>>;

// The value of a name; empty where there is none.
std::string word(const Words& words, std::string_view name);

// Whether a switch is on: it is there and does not say 0, no or false.
bool is_on(const Words& words, std::string_view name);

// A request whose route, words and access have been settled.
struct Call {
  Action action = Action::alive;
  Words path;   // "service" -> "web"
  Words query;  // the last of equal names counts
  std::string body;
  Peer peer;
  std::string accept = {};
  std::string last_event_id = {};
};

// The call a request stands for, or the answer to one that is none: 400 for a target that cannot be
// read, 404 for a path that is not in the table, 405 for a method the path has not, 403.
using Routed = std::variant<Call, Response>;
Routed routed(Request request, const Writers& writers);

// The route of an action; each has one.
const Route& route_of(Action action);

// Its path with the words put in, percent-encoded:
// path_of(Action::service, {{"service", "tcp:[::1]:80"}}).
// REQUIRES: a word for every {name} of the path.
std::string path_of(Action action, const Words& words = {}, const Words& query = {});

}  // namespace lvsd::api
