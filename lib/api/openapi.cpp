#include "api/openapi.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/all_fields.h"
#include "api/routes.h"

namespace lvsd::api {
namespace {

using Json = nlohmann::ordered_json;

// ---- schemas, from the fields of the views

// "Service" of ServiceView: what the compilers call a type in __PRETTY_FUNCTION__.
template <class View>
std::string schema_name() {
  constexpr std::string_view function = __PRETTY_FUNCTION__;
  constexpr std::string_view scope = "lvsd::api::";
  constexpr auto begin = function.rfind(scope) + scope.size();
  static_assert(function.rfind(scope) != function.npos);
  std::string name(function.substr(begin, function.find_first_of(";]>", begin) - begin));
  if (name.ends_with("View")) name.resize(name.size() - 4);
  return name;
}

Json reference(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

Json text_schema(const char* format) {
  return {{"type", "string"}, {"format", format}};
}

// Writes the schemas of views and of all that they hold, each once.
class Schemas {
 public:
  template <class T>
  Json of() {
    return schema(static_cast<T*>(nullptr));
  }

  Json all = Json::object();

 private:
  class Properties {
   public:
    Properties(Schemas& schemas, Json& object) : schemas_(schemas), object_(object) {}
    template <class T>
    void operator()(std::string_view name, T&) {
      object_["properties"][std::string(name)] = schemas_.of<T>();
    }
    void flat(ServiceKey&) {
      KeyFields fields;
      Fields<KeyFields>::visit(fields, *this);
    }

   private:
    Schemas& schemas_;
    Json& object_;
  };

  static Json schema(const std::string*) { return {{"type", "string"}}; }
  static Json schema(const bool*) { return {{"type", "boolean"}}; }
  static Json schema(const double*) { return {{"type", "number"}}; }
  static Json schema(const Moment*) { return text_schema("date-time"); }
  static Json schema(const Address*) { return {{"type", "string"}}; }
  static Json schema(const ServiceKey*) { return {{"type", "string"}}; }
  static Json schema(const Protocol*) {
    return {{"type", "string"}, {"enum", {"tcp", "udp", "sctp"}}};
  }
  static Json schema(const Family*) { return {{"type", "string"}, {"enum", {"ipv4", "ipv6"}}}; }
  template <WholeNumber T>
  static Json schema(const T*) {
    Json json = {{"type", "integer"}};
    if (std::is_unsigned_v<T>) json["minimum"] = 0;
    return json;
  }
  template <class T>
  Json schema(const std::optional<T>*) {
    return {{"anyOf", Json::array({of<T>(), {{"type", "null"}}})}};
  }
  template <class T>
  Json schema(const std::vector<T>*) {
    return {{"type", "array"}, {"items", of<T>()}};
  }
  template <Described T>
  Json schema(const T*) {
    const std::string name = schema_name<T>();
    if (!all.contains(name)) {
      all[name] = Json::object();  // known from here on: a view may hold its like
      Json object = {{"type", "object"}, {"properties", Json::object()}};
      T view{};
      Properties properties(*this, object);
      Fields<T>::visit(view, properties);
      all[name] = std::move(object);
    }
    return reference(name);
  }
};

Json envelope(const std::string& kind, Json content) {
  Json head = {{"type", "object"},
               {"required", {"api", "kind", "time", "generation"}},
               {"properties",
                {{"api", {{"const", api_version}}},
                 {"kind", {{"const", kind}}},
                 {"time", text_schema("date-time")},
                 {"generation", {{"type", "integer"}, {"minimum", 0}}},
                 {"counted", text_schema("date-time")}}}};
  return {{"allOf", Json::array({std::move(head), std::move(content)})}};
}

template <class View>
Json one(Schemas& schemas) {
  return envelope(std::string(Fields<View>::kind), schemas.of<View>());
}
template <class View>
Json list(Schemas& schemas) {
  Json items = {{"type", "object"},
                {"required", {"items"}},
                {"properties", {{"items", schemas.of<std::vector<View>>()}}}};
  return envelope(std::string(Fields<View>::kind) + "List", std::move(items));
}

// What a route answers when all is well.
// NOLINTNEXTLINE(readability-function-size): a case for each
Json body_schema(Action action, Schemas& schemas) {
  switch (action) {
    case Action::alive:
    case Action::ready:
      return one<ReadinessView>(schemas);
    case Action::page:
    case Action::metrics:
    case Action::service_health:
      return {{"type", "string"}};
    case Action::version:
      return one<VersionView>(schemas);
    case Action::openapi:
      return {{"type", "object"}};
    case Action::status:
      return one<StatusView>(schemas);
    case Action::services:
      return list<ServiceView>(schemas);
    case Action::service:
      return one<ServiceView>(schemas);
    case Action::servers:
      return list<ServerView>(schemas);
    case Action::server:
      return one<ServerView>(schemas);
    case Action::stats:
      return list<ServiceStatsView>(schemas);
    case Action::connections:
      return list<ConnectionView>(schemas);
    case Action::connection_counts:
      return list<ConnectionCountView>(schemas);
    case Action::cpu_stats:
      return list<CpuStatsView>(schemas);
    case Action::events:
      return list<EventView>(schemas);
    case Action::kernel_table:
      return one<KernelTableView>(schemas);
    case Action::kernel_controls:
      return one<KernelControlsView>(schemas);
    case Action::drift:
    case Action::repair_drift:
      return list<DriftEntryView>(schemas);
    case Action::doctor:
      return list<FindingView>(schemas);
    case Action::checks:
    case Action::run_checks:
    case Action::pause_checks:
    case Action::resume_checks:
      return list<CheckHistoryView>(schemas);
    case Action::digest:
      return one<DigestView>(schemas);
    case Action::config:
      return one<ConfigView>(schemas);
    case Action::log_level:
    case Action::set_log_level:
      return one<LogLevelView>(schemas);
    case Action::config_check:
      return one<ConfigCheckView>(schemas);
    case Action::config_diff:
      return one<ConfigDiffView>(schemas);
    case Action::config_history:
      return list<PastConfigView>(schemas);
    case Action::reload:
    case Action::rollback:
      return one<ReloadView>(schemas);
    case Action::drain:
    case Action::undrain:
    case Action::disable:
    case Action::enable:
    case Action::set_weight:
    case Action::set_max_connections:
    case Action::set_scheduler:
    case Action::failback:
    case Action::calm:
    case Action::shutdown:
    case Action::set_timeout:
    case Action::restore_tuning:
    case Action::confirm:
    case Action::zero:
      return one<WishView>(schemas);
    case Action::overrides:
      return list<OverrideView>(schemas);
    case Action::timeouts:
      return list<TimeoutView>(schemas);
    case Action::tuning:
      return list<SysctlView>(schemas);
  }
  return {};
}

// ---- paths, from the table of routes

bool takes_configuration(Action action) {
  return action == Action::config_check || action == Action::config_diff;
}

// "get"
std::string method_word(Method method) {
  std::string out(text(method));
  for (char& c : out)
    c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "get_api_v1_services_service": as unique as method and path are.
std::string operation_id(const Route& route) {
  std::string out = method_word(route.method);
  for (const char c : route.path) {
    if (c == '/') out += '_';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') out += c;
  }
  return out;
}

Json parameters(const Route& route) {
  Json out = Json::array();
  for (std::string_view path = route.path; path.find('{') != path.npos;) {
    path.remove_prefix(path.find('{') + 1);
    out.push_back({{"name", path.substr(0, path.find('}'))},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  }
  for (const std::string_view name : query_words(route))
    out.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}}}});
  if (route.action == Action::events)
    out.push_back({{"name", "Last-Event-ID"},
                   {"in", "header"},
                   {"description", "where a stream is resumed"},
                   {"schema", {{"type", "string"}}}});
  return out;
}

Json problem() {
  return {{"description", "refused, and why"},
          {"content", {{"application/problem+json", {{"schema", reference("Problem")}}}}}};
}

std::string content_type(Action action) {
  if (action == Action::page) return "text/html";
  const bool is_text = action == Action::metrics || action == Action::service_health;
  return is_text ? "text/plain" : "application/json";
}

Json operation(const Route& route, Schemas& schemas) {
  Json answer = {{"description", "done"}};
  answer["content"][content_type(route.action)] = {{"schema", body_schema(route.action, schemas)}};
  if (route.action == Action::events)
    answer["content"]["text/event-stream"] = {{"schema", {{"type", "string"}}}};
  Json out = {{"operationId", operation_id(route)}, {"summary", route.summary}};
  if (Json words = parameters(route); !words.empty()) out["parameters"] = std::move(words);
  if (takes_configuration(route.action))
    out["requestBody"] = {{"description", "a configuration; without one, the daemon's own file"},
                          {"content", {{"text/plain", {{"schema", {{"type", "string"}}}}}}}};
  out["responses"] = {{"200", std::move(answer)}, {"default", problem()}};
  return out;
}

}  // namespace

std::string openapi(std::string_view version) {
  Schemas schemas;
  schemas.of<ProblemView>();
  Json paths = Json::object();
  for (const Route& route : routes())
    paths[std::string(route.path)][method_word(route.method)] = operation(route, schemas);
  const Json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "lvsd"},
        {"version", version},
        {"summary", "the control plane of the IPVS load balancer"},
        {"description",
         "HTTP/1.1 over the Unix socket /run/lvsd/lvsd.sock. Reading needs the group lvsd, changes "
         "lvsd-admin or root. Over TCP, where 'listen' opens it, everybody reads, and changes need "
         "'write yes' and a bearer token. Fields are only ever added, null is not known and never "
         "0, "
         "rates.in_bps "
         "is bytes."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", Json::array({{{"url", "http://localhost"}}})},
      {"paths", std::move(paths)},
      {"components", {{"schemas", std::move(schemas.all)}}}};
  return document.dump(2) + "\n";
}

}  // namespace lvsd::api
