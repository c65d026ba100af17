#include "api/routes.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

namespace lvsd::api {
namespace {

constexpr Route table[] = {
    {Method::get, "/", Action::page, Access::read,
     "the status page, for people; ?service= ?filter= ?sort=file|worst|name|active|rate|traffic "
     "?servers=no ?page= ?open=SERVICE/SERVER ?refresh=SECONDS",
     "service filter sort servers page open refresh"},
    {Method::get, "/healthz", Action::alive, Access::read,
     "200 while the daemon's loop and its checks make progress, else 503"},
    {Method::get, "/readyz", Action::ready, Access::read,
     "200 when the configuration is applied and the kernel's table is in sync, else 503"},
    {Method::get, "/metrics", Action::metrics, Access::read,
     "for Prometheus, as text; ?collect[]=services|servers|checks|process ?service=",
     "collect[] collect service"},
    {Method::get, "/services/{service}/health", Action::service_health, Access::read,
     "200 and UP while the service has its quorum, else 503 and DOWN"},
    {Method::get, "/api/v1/version", Action::version, Access::read,
     "versions of the daemon, IPVS and the kernel"},
    {Method::get, "/api/v1/openapi.json", Action::openapi, Access::read,
     "this API, as OpenAPI 3.1 describes it"},
    {Method::get, "/api/v1/status", Action::status, Access::read,
     "the daemon, each service in one line, and what needs attention"},
    {Method::get, "/api/v1/services", Action::services, Access::read,
     "all services, or those that ?filter= is about", "filter"},
    {Method::get, "/api/v1/services/{service}", Action::service, Access::read,
     "one service and its servers"},
    {Method::get, "/api/v1/services/{service}/servers/{server}", Action::server, Access::read,
     "one server and its checks"},
    {Method::get, "/api/v1/services/{service}/servers/{server}/checks", Action::checks,
     Access::read, "the checks of one server and their last results"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/checks/run", Action::run_checks,
     Access::write,
     "runs the checks of a server now and answers when they have run; with ?count=no beside those "
     "that run, each url of its own: nothing is counted or kept of what comes of it",
     "count dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/checks/pause", Action::pause_checks,
     Access::write,
     "stops the checks of a server, which keeps its health; ?for_seconds= for that long",
     "for_seconds dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/checks/resume",
     Action::resume_checks, Access::write, "lets paused checks go on at their times", "dry_run"},
    {Method::post, "/api/v1/checks/digest", Action::digest, Access::write,
     "asks ?target= for ?path= as an HTTP_GET would, and says the digest of the body",
     "target path host tls"},
    {Method::get, "/api/v1/servers", Action::servers, Access::read,
     "all servers, or those of ?service= and ?filter=", "service filter"},
    {Method::post, "/api/v1/services/{service}/zero", Action::zero, Access::write,
     "sets the kernel's counters of a service and its servers to 0, for everyone who reads them",
     "dry_run"},
    {Method::get, "/api/v1/stats", Action::stats, Access::read,
     "the counters, rates, connections and thresholds of all services and servers; ?service= "
     "?filter=",
     "service filter"},
    {Method::get, "/api/v1/stats/cpus", Action::cpu_stats, Access::read,
     "what each CPU has counted, of all services there are and were"},
    {Method::get, "/api/v1/connections/counts", Action::connection_counts, Access::read,
     "how many connections share ?by=protocol,client,service,server,state (some of these); the "
     "greatest first, ?limit=; filtered as connections are",
     "by service server state client limit filter"},
    {Method::get, "/api/v1/connections", Action::connections, Access::read,
     "the kernel's connections, streamed; ?service= ?server= ?state= ?client=NETWORK ?limit= "
     "?filter=",
     "service server state client limit filter"},
    {Method::get, "/api/v1/events", Action::events, Access::read,
     "what happened: ?after=NUMBER ?since=TIME ?limit= ?service= ?server= ?event= ?severity= "
     "?filter=; with 'Accept: text/event-stream' it goes on, resumed by Last-Event-ID",
     "after since limit service server event severity filter"},
    {Method::get, "/api/v1/kernel/table", Action::kernel_table, Access::read,
     "all that is in the kernel's table, of others as well, in the kernel's terms; with "
     "?wanted=yes "
     "what of ours is to be in it, of which nothing is counted",
     "wanted"},
    {Method::get, "/api/v1/kernel/controls", Action::kernel_controls, Access::read,
     "what IPVS has beside its table: timeouts and sync daemons"},
    {Method::get, "/api/v1/drift", Action::drift, Access::read,
     "what others changed in the kernel and is not repaired yet, and what is not ours; ?filter=",
     "filter"},
    {Method::post, "/api/v1/drift/repair", Action::repair_drift, Access::write,
     "reads the kernel now, repairs what differs, and answers what is left; with ?dry_run=1 what "
     "would be repaired",
     "dry_run"},
    {Method::get, "/api/v1/doctor", Action::doctor, Access::read,
     "what of this machine keeps load balancing from working, as far as lvsd can see it: it sends "
     "nothing and asks no firewall (LVD013, LVD026, LVD040 and LVD042 are 'lvsctl doctor' alone); "
     "?filter=",
     "filter"},
    {Method::get, "/api/v1/config", Action::config, Access::read,
     "the configuration in force: ?detail=changed|effective, ?as=entries|text, ?origin=yes; "
     "secrets are shown to those who may write",
     "detail as origin"},
    {Method::post, "/api/v1/config/check", Action::config_check, Access::write,
     "what is wrong with the configuration file, or with the body", "file"},
    {Method::post, "/api/v1/config/diff", Action::config_diff, Access::write,
     "what the configuration file, or the body, or that of an earlier ?generation=NUMBER|previous "
     "would change, with the kernel operations",
     "file generation"},
    {Method::post, "/api/v1/config/reload", Action::reload, Access::write,
     "reads the configuration file again; a bad one changes nothing", "force"},
    {Method::get, "/api/v1/config/history", Action::config_history, Access::read,
     "the configurations that were in force, the latest first"},
    {Method::post, "/api/v1/config/rollback", Action::rollback, Access::write,
     "puts the configuration of an earlier ?generation=NUMBER|previous in force again; the file "
     "stays as it is; ?confirm_within_seconds= undoes it then unless it is confirmed",
     "generation confirm_within_seconds reason force"},
    {Method::post, "/api/v1/config/confirm", Action::confirm, Access::write,
     "lets a rollback that waits for it stay in force", "reason dry_run"},
    {Method::get, "/api/v1/overrides", Action::overrides, Access::read,
     "what operators changed at run time, and the file says otherwise; ?filter=", "filter"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/drain", Action::drain,
     Access::write,
     "no new connections; ?limit_seconds= ends those that are left then; ?until= active, all or "
     "templates: what must be gone before it is drained; ?returning=hard: clients that persist may "
     "not come back to it, soft: they may until the last of them is forgotten; of one that drains "
     "already, what is not said stays as it was, and 0 seconds, usual and an empty reason take "
     "back",
     "limit_seconds until returning for_seconds reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/undrain", Action::undrain,
     Access::write, "takes new connections again", "reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/disable", Action::disable,
     Access::write, "out at once, its connections end", "for_seconds reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/enable", Action::enable,
     Access::write, "takes new connections again, whatever the file says", "reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/weight", Action::set_weight,
     Access::write,
     "?value= instead of the file's weight; without, the file's again; of the one that is set "
     "already, what is not said stays as it was",
     "value for_seconds reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/max_connections",
     Action::set_max_connections, Access::write,
     "?value= instead of the file's limit; without, the file's again; of the one that is set "
     "already, what is not said stays as it was",
     "value for_seconds reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/scheduler", Action::set_scheduler, Access::write,
     "?value=rr or another word of lvs_sched instead of the file's, without the scheduler flags it "
     "does not know; without, the file's again; of the one that is set already, what is not said "
     "stays as it was; refused, and nothing changes, where the kernel does not take it",
     "value for_seconds reason dry_run"},
    {Method::post, "/api/v1/services/{service}/servers/{server}/failback", Action::failback,
     Access::write, "a master that is up takes over from its backup now", "reason force dry_run"},
    {Method::post, "/api/v1/services/{service}/calm", Action::calm, Access::write,
     "ends a panic: servers whose check fails leave", "reason dry_run"},
    {Method::get, "/api/v1/timeouts", Action::timeouts, Access::read,
     "IPVS's timeouts: what the kernel has, the file says and operators set"},
    {Method::post, "/api/v1/timeouts/{timeout}", Action::set_timeout, Access::write,
     "?value= seconds for tcp, tcpfin or udp instead of the file's; without, the file's again",
     "value reason dry_run"},
    {Method::get, "/api/v1/tuning", Action::tuning, Access::read,
     "the kernel's settings that the file may name: what it asks for, what they are and were"},
    {Method::post, "/api/v1/tuning/restore", Action::restore_tuning, Access::write,
     "puts the kernel's settings that ipvs_sysctl and tcp_keepalive changed back to what they "
     "were",
     "dry_run"},
    {Method::get, "/api/v1/log/level", Action::log_level, Access::read,
     "from which level on lvsd writes lines to its log"},
    {Method::post, "/api/v1/log/level", Action::set_log_level, Access::write,
     "?value=debug|info|notice|warning|error|critical, ?for_seconds= for that long; without, as at "
     "the start",
     "value for_seconds dry_run"},
    {Method::post, "/api/v1/shutdown", Action::shutdown, Access::write,
     "stops lvsd, which answers before it goes; the kernel's table stays, with ?clear=1 without "
     "the services that are ours; over the Unix socket alone",
     "clear reason dry_run"},
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Percent-decoding; nothing if an escape is broken or stands for a NUL.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// Everything but RFC 3986's unreserved characters and the colon is escaped, so one encoding serves
// path segments and queries.
std::string encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  static constexpr std::string_view plain = "-._~:";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != plain.npos)
      out += c;
    else
      out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_word(std::string_view segment) {
  return segment.starts_with('{');
}

std::string_view word_name(std::string_view segment) {
  return segment.substr(1, segment.size() - 2);
}

// The words of `path` if it is of the route's shape. Segments are compared and taken undecoded, so
// that an escaped slash does not separate.
std::optional<Words> words_of(const Route& route, const std::vector<std::string_view>& path) {
  const auto pattern = split(route.path, '/');
  if (pattern.size() != path.size()) return std::nullopt;
  Words words;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_word(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      words.emplace(word_name(pattern[i]), path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return words;
}

// Decodes every value in place; false if one cannot be.
bool decode(Words& words) {
  for (auto& [name, value] : words) {
    auto plain = decoded(value);
    if (!plain) return false;
    value = std::move(*plain);
  }
  return true;
}

// "a=1&b=2"; a plus is a blank, as forms write it. What is given under a name that ends with "[]"
// is a list, with commas between. Nothing if an escape is broken.
std::optional<Words> parsed_query(std::string_view text) {
  Words query;
  for (const auto pair : split(text, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    std::replace(value.begin(), value.end(), '+', ' ');
    auto name = decoded(pair.substr(0, equals));
    auto plain = decoded(value);
    if (!name || !plain) return std::nullopt;
    const auto before = query.find(*name);
    if (before != query.end() && name->ends_with("[]"))
      before->second += "," + *plain;
    else
      query.insert_or_assign(std::move(*name), std::move(*plain));
  }
  return query;
}

bool answers(const Route& route, Method method) {
  return route.method == method || (route.method == Method::get && method == Method::head);
}

Response method_not_allowed(Method method, const std::vector<const Route*>& routes) {
  std::string allowed;
  for (const Route* route : routes) {
    if (!allowed.empty()) allowed += ", ";
    allowed += text(route->method);
    if (route->method == Method::get) allowed += ", HEAD";
  }
  ProblemView problem =
      bad_request(std::string(text(method)) + " is not allowed here, but " + allowed);
  problem.type = "urn:lvsd:problem:method-not-allowed";
  problem.title = "Method not allowed";
  problem.status = 405;
  Response refusal = response(problem);
  refusal.headers.emplace_back("Allow", allowed);
  return refusal;
}

// The API takes no name it does not know: "?limit=20" where ?limit_seconds= is meant would drain
// without a limit. Load balancers and browsers may ask for the rest with whatever they add.
std::optional<Response> refused_query(const Route& route, const Words& query) {
  if (!route.path.starts_with("/api/")) return std::nullopt;
  const auto known = query_words(route);
  for (const auto& [name, value] : query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string detail = "there is no parameter '" + name + "' here";
    for (std::size_t i = 0; i < known.size(); ++i)
      detail.append(i == 0 ? "; there are: " : ", ").append(known[i]);
    return response(bad_request(std::move(detail)));
  }
  return std::nullopt;
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

std::vector<std::string_view> query_words(const Route& route) {
  return route.query.empty() ? std::vector<std::string_view>() : split(route.query, ' ');
}

std::string word(const Words& words, std::string_view name) {
  const auto found = words.find(name);
  return found == words.end() ? std::string() : found->second;
}

bool is_on(const Words& words, std::string_view name) {
  const auto found = words.find(name);
  return found != words.end() && found->second != "0" && found->second != "no" &&
         found->second != "false";
}

Routed routed(Request request, const Writers& writers) {
  const std::string_view target = request.target;
  if (!target.starts_with('/') || target.find('#') != target.npos)
    return response(bad_request("the target is not a path"));
  const auto end_of_path = std::min(target.find('?'), target.size());
  const auto segments = split(target.substr(0, end_of_path), '/');

  std::vector<const Route*> of_path;
  for (const Route& route : table) {
    auto words = words_of(route, segments);
    if (!words) continue;
    of_path.push_back(&route);
    if (!answers(route, request.method)) continue;

    auto query = parsed_query(target.substr(std::min(end_of_path + 1, target.size())));
    if (!query || !decode(*words))
      return response(bad_request("a percent escape of the target is broken"));
    if (!may(request.peer, route.access, writers))
      return response(forbidden("changes need root or a member of the group lvsd-admin"));
    if (auto refusal = refused_query(route, *query)) return *std::move(refusal);
    return Call{route.action,
                std::move(*words),
                std::move(*query),
                std::move(request.body),
                std::move(request.peer),
                std::move(request.accept),
                std::move(request.last_event_id)};
  }
  if (!of_path.empty()) return method_not_allowed(request.method, of_path);
  return response(no_such_object(std::string(target.substr(0, end_of_path)), {}));
}

const Route& route_of(Action action) {
  const Route* const route =
      std::find_if(std::begin(table), std::end(table),
                   [action](const Route& candidate) { return candidate.action == action; });
  assert(route != std::end(table));
  return *route;
}

std::string path_of(Action action, const Words& words, const Words& query) {
  std::string out;
  for (const auto segment : split(route_of(action).path.substr(1), '/')) {
    out += '/';
    out +=
        is_word(segment) ? encoded(words.find(word_name(segment))->second) : std::string(segment);
  }
  char separator = '?';
  for (const auto& [name, value] : query) {
    out += std::exchange(separator, '&');
    out += encoded(name) + "=" + encoded(value);
  }
  return out;
}

}  // namespace lvsd::api
