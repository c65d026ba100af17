#include "api/openapi.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "api/json.h"
#include "api/routes.h"

using namespace lvsd::api;
using Json = nlohmann::ordered_json;

namespace {

const Json& described() {
  static const Json document = Json::parse(openapi("1.0.0"));
  return document;
}

void collect_references(const Json& json, std::set<std::string>& names) {
  if (json.is_object() && json.contains("$ref")) names.insert(json.at("$ref").get<std::string>());
  if (!json.is_structured()) return;
  for (const Json& inner : json)
    collect_references(inner, names);
}

// Whether a value has the shape of a schema: enough of JSON Schema for what openapi() writes.
std::string fault(const Json& value, const Json& schema, const std::string& where) {
  if (schema.contains("$ref")) {
    const auto name = schema.at("$ref").get<std::string>().substr(21);
    return fault(value, described().at("components").at("schemas").at(name), where);
  }
  for (const char* all : {"allOf"})
    if (schema.contains(all))
      for (const Json& part : schema.at(all))
        if (auto wrong = fault(value, part, where); !wrong.empty()) return wrong;
  if (schema.contains("anyOf")) {
    for (const Json& part : schema.at("anyOf"))
      if (fault(value, part, where).empty()) return {};
    return where + " is none of what it may be";
  }
  if (schema.contains("const") && value != schema.at("const")) return where + " is another";
  if (!schema.contains("type")) return {};
  const auto type = schema.at("type").get<std::string>();
  const bool fits =
      (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
      (type == "number" && value.is_number()) || (type == "null" && value.is_null()) ||
      (type == "integer" && value.is_number_integer()) || (type == "array" && value.is_array()) ||
      (type == "object" && value.is_object());
  if (!fits) return where + " is no " + type;
  if (type == "array")
    for (const Json& item : value)
      if (auto wrong = fault(item, schema.at("items"), where + "[]"); !wrong.empty()) return wrong;
  if (type == "object" && schema.contains("properties"))
    for (const auto& [name, field] : schema.at("properties").items())
      if (value.contains(name))
        if (auto wrong = fault(value.at(name), field, where + "." + name); !wrong.empty())
          return wrong;
  return {};
}

const Json& answers_of(const std::string& path, const std::string& method) {
  return described().at("paths").at(path).at(method).at("responses").at("200").at("content");
}

const Json& schema_of(const std::string& path, const std::string& method) {
  return answers_of(path, method).at("application/json").at("schema");
}

}  // namespace

TEST_CASE("every route is described with its words") {
  std::set<std::string> ids;
  for (const Route& route : routes()) {
    const std::string path(route.path);
    INFO(path);
    const Json& methods = described().at("paths").at(path);
    const Json& operation = methods.at(route.method == Method::get ? "get" : "post");
    CHECK(operation.at("summary") == route.summary);
    CHECK(ids.insert(operation.at("operationId").get<std::string>()).second);
    std::set<std::string> names;
    if (operation.contains("parameters"))
      for (const Json& word : operation.at("parameters"))
        names.insert(word.at("name").get<std::string>());
    // What the summary speaks of is there, and what the path has.
    std::istringstream summary{std::string(route.summary)};
    for (std::string word; summary >> word;)
      if (word.starts_with('?')) CHECK(names.contains(word.substr(1, word.find('=') - 1)));
    for (std::size_t at = 0; (at = path.find('{', at)) != path.npos; ++at)
      CHECK(names.contains(path.substr(at + 1, path.find('}', at) - at - 1)));
  }
  CHECK(ids.size() == routes().size());
}

TEST_CASE("what the description refers to is in it") {
  std::set<std::string> names;
  collect_references(described(), names);
  CHECK(names.size() > 20);
  for (const std::string& name : names) {
    INFO(name);
    CHECK(described().contains(Json::json_pointer(name.substr(1))));
  }
}

TEST_CASE("the answers of the scenes are as the description says") {
  int checked = 0;
  for (const char* scene : {"site", "empty", "sick", "partly"}) {
    std::ifstream file(std::string(LVSD_SOURCE_DIR "/test/lvsctl/scenes/") + scene + ".json");
    const Json answers = Json::parse(file);
    for (const auto& [request, answer] : answers.items()) {
      if (request.starts_with("FOLLOW") || answer.contains("title")) continue;
      const auto blank = request.find(' ');
      Request asked{request.starts_with("GET") ? Method::get : Method::post,
                    request.substr(blank + 1), "", Peer{.uid = 0}};
      const auto call = routed(std::move(asked), Writers{.daemon = 0, .admin_group = {}});
      REQUIRE(std::holds_alternative<Call>(call));
      const Route& route = route_of(std::get<Call>(call).action);
      const std::string path(route.path);
      const std::string method = route.method == Method::get ? "get" : "post";
      INFO(scene << " " << request);
      if (answer.is_string())
        CHECK(answers_of(path, method).contains("text/plain"));
      else
        CHECK(fault(answer, schema_of(path, method), "") == "");
      for (const auto& [name, value] : std::get<Call>(call).query) {
        const auto words = query_words(route);
        INFO(name);
        CHECK(std::find(words.begin(), words.end(), name) != words.end());
      }
      ++checked;
    }
  }
  CHECK(checked > 30);
}

TEST_CASE("a fault of an answer is found") {
  const Json& schema = schema_of("/api/v1/version", "get");
  Json answer = {{"api", "lvs/v1"}, {"kind", "Version"}, {"version", "1"}, {"generation", 1}};
  CHECK(fault(answer, schema, "") == "");
  answer["version"] = 1;
  CHECK(fault(answer, schema, "") == ".version is no string");
  answer["version"] = "1";
  answer["kind"] = "Status";
  CHECK(fault(answer, schema, "") == ".kind is another");
}

TEST_CASE("the description that comes with lvsd is that of its API") {
  const std::string path = LVSD_SOURCE_DIR "/docs/openapi.json";
  std::ifstream file(path);
  std::stringstream written;
  written << file.rdbuf();
  const std::string now = openapi(LVSD_VERSION);
  CHECK(written.str() == now);
  if (std::getenv("LVSD_WRITE_TRANSCRIPT")) std::ofstream(path) << now;
}
