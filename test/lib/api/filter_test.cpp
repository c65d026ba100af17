#include "api/filter.h"

#include <catch2/catch.hpp>
#include <random>

#include "api/json.h"

using namespace lvsd;
using namespace lvsd::api;

namespace {

ServerView server(const std::string& name, const std::string& state, std::int64_t weight) {
  ServerView out{.service = "web", .server = name, .state = state};
  out.endpoint = *parse_endpoint("10.0.0.11:80");
  out.role = "primary";
  out.health.state = "up";
  out.health.last = CheckResultView{.result = "L7OK", .code = 200, .duration_seconds = 0.003};
  out.weight.wanted = weight;
  return out;
}

// The names of those that are left, or what is wrong.
std::string left(const std::string& text) {
  std::vector<ServerView> servers = {server("a", "ACTIVE", 10), server("b", "DOWN", 0),
                                     server("c", "WARMING 40%", 4)};
  servers[1].health.last.reset();
  servers[1].weight.wanted.reset();
  servers[2].role = "backup";
  if (const auto wrong = filter(servers, text)) return *wrong;
  std::string out;
  for (const ServerView& one : servers)
    out += one.server;
  return out;
}

}  // namespace

TEST_CASE("a filter compares texts and numbers") {
  CHECK(left("") == "abc");
  CHECK(left("state=ACTIVE") == "a");
  CHECK(left("state==ACTIVE") == "a");
  CHECK(left("state!=ACTIVE") == "bc");
  CHECK(left("state = \"WARMING 40%\"") == "c");
  CHECK(left("weight.wanted>4") == "a");
  CHECK(left("weight.wanted>=4.0") == "ac");
  CHECK(left("weight.wanted<10") == "c");
  CHECK(left("weight.wanted<=10") == "ac");
  CHECK(left("weight.wanted=10.0") == "a");
  CHECK(left("port=80") == "abc");
  CHECK(left("address=10.0.0.11") == "abc");
  CHECK(left("protocol=tcp") == "abc");
}

TEST_CASE("a filter searches patterns") {
  CHECK(left("state~^[AD]") == "ab");
  CHECK(left("state!~^[AD]") == "c");
  CHECK(left(R"(state ~ "^WARMING \\d+%$")") == "c");
  CHECK_THAT(left("state~\"(\""), Catch::StartsWith("column 7: "));
}

TEST_CASE("what is absent is null and neither small nor large") {
  CHECK(left("weight.wanted=null") == "b");
  CHECK(left("weight.wanted!=null") == "ac");
  CHECK(left("health.last=null") == "b");
  CHECK(left("health.last.code=200") == "ac");
  CHECK(left("health.last.code=null") == "b");
  CHECK(left("weight.wanted<1") == "");
  CHECK(left("health.last.result~.") == "ac");
}

TEST_CASE("terms are joined as everywhere") {
  CHECK(left("state=ACTIVE || state=DOWN && role=backup") == "a");
  CHECK(left("(state=ACTIVE || state=DOWN) && role=primary") == "ab");
  CHECK(left("!state=ACTIVE") == "bc");
  CHECK(left("!(state=ACTIVE||role=backup)") == "b");
  CHECK(left("!!state=ACTIVE") == "a");
  CHECK(left("state=ACTIVE&&weight.wanted=10&&role=primary") == "a");
}

TEST_CASE("a mistake in a filter is told with its place") {
  CHECK(left("state") == "column 6: one of = != ~ !~ < <= > >= is missing");
  CHECK(left("state=") == "column 7: a value is missing");
  CHECK(left("state=\"A") == "column 9: a value is missing");
  CHECK(left("=A") == "column 1: a field is missing");
  CHECK(left("(state=A") == "column 9: ')' is missing");
  CHECK(left("state=A role=B") == "column 9: an operator is missing");
  CHECK(left("state=A &&") == "column 11: a field is missing");
  CHECK(left("weight.wanted>many") == "column 15: 'many' is no number");
  CHECK(left("stat=A") == "there is no field 'stat'");
  CHECK(left("state.x=A") == "there is no field 'state.x'");
  CHECK(left("weight.wnated=1 || state=A") == "there is no field 'weight.wnated'");
  CHECK(left(std::string(33, '(') + "state=A") == "column 33: parentheses and '!' are too deep");
  CHECK(left(std::string(5000, 'a')) == "longer than 4096 characters");
}

TEST_CASE("of a list one element is enough") {
  std::vector<ServiceView> services(2);
  services[0].flags = {"ops", "mh-port"};
  services[0].also = {*parse_service_key("tcp:10.0.0.2:80")};
  CHECK_FALSE(filter(services, "flags=mh-port && also=tcp:10.0.0.2:80"));
  CHECK(services.size() == 1);
  services.resize(2);
  CHECK_FALSE(filter(services, "flags=null"));
  CHECK(services.size() == 1);
  CHECK(services[0].flags.empty());
}

TEST_CASE("any text is a filter or a mistake and never both") {
  std::mt19937 random(7);
  const std::string signs = "a.=!~<>&|()\" \\1";
  const ServerView view = server("a", "ACTIVE", 10);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t length = random() % 24; length > 0; --length)
      text += signs[random() % signs.size()];
    INFO(text);
    const auto parsed = Filter::parse(text);
    if (parsed)
      parsed->holds(fields_of(view));
    else
      CHECK(parsed.error().find("column ") == 0);
  }
}
