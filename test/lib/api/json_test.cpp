#include "api/json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "api/all_fields.h"
#include "api/json_indent.h"
#include "api/request.h"

using namespace lvsd;
using namespace lvsd::api;

namespace {

const Head head{*parse_moment("2026-08-20T14:34:12.201+09:00"), 37};

ServerView web03() {
  ServerView server;
  server.service = "web";
  server.server = "web03";
  server.endpoint = *parse_endpoint("10.0.0.13:80");
  server.role = "primary";
  server.state = "DRAINING";
  server.forwarding = "DR";
  server.since = parse_moment("2026-08-20T14:31:02+09:00");
  server.admin = {.state = "drain",
                  .origin = "cli",
                  .user = "alice",
                  .uid = 1000,
                  .reason = "kernel patch",
                  .since = parse_moment("2026-08-20T14:31:02+09:00"),
                  .until = parse_moment("2026-08-20T14:46:02+09:00")};
  server.health = {.state = "up",
                   .streak = 120,
                   .rise = 2,
                   .fall = 3,
                   .since = parse_moment("2026-08-17T12:00:00+09:00"),
                   .last = CheckResultView{"L7OK", 200, "", 0.003, 4.1}};
  server.in_kernel = true;
  server.weight = {.config = 10, .wanted = 0, .kernel = 0};
  server.connections = {.active = 41, .inactive = 187, .persistent = 12, .max = 2000};
  server.counters = {.connections = 991204, .in_packets = 81234567, .in_bytes = 64123456789};
  server.rates = {.cps = 0, .in_pps = 12, .in_bps = 1400};
  return server;
}

// Sets every field of a view to something of its type.
class Scrambler {
 public:
  explicit Scrambler(std::mt19937& random) : random_(random) {}

  template <class T>
  void operator()(std::string_view, T& value) {
    scramble(value);
  }
  void flat(ServiceKey& key) { scramble(key); }

  void scramble(std::string& value) {
    static const std::string pieces[] = {"web", "\"", "\\", "\n", "\x01", "한", "😀", "\x7f", "/"};
    value.clear();
    for (auto n = pick(4); n > 0; --n)
      value += pieces[pick(std::size(pieces))];
  }
  void scramble(bool& value) { value = pick(2) == 1; }
  void scramble(double& value) { value = static_cast<double>(random_()) / 1e6; }
  void scramble(WholeNumber auto& value) {
    using T = std::remove_reference_t<decltype(value)>;
    const T interesting[] = {0, 1, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
    value = interesting[pick(4)];
  }
  void scramble(Moment& value) {
    value.at = std::chrono::sys_time<std::chrono::milliseconds>(
        std::chrono::milliseconds(1'700'000'000'123LL + static_cast<long long>(random_()) * 997));
    value.offset = std::chrono::minutes(static_cast<int>(pick(24 * 60)) - 12 * 60);
  }
  void scramble(Protocol& value) { value = pick(2) == 1 ? Protocol::udp : Protocol::sctp; }
  void scramble(Family& value) { value = pick(2) == 1 ? Family::v6 : Family::v4; }
  void scramble(Address& value) {
    value = *parse_address(pick(2) == 1 ? "2001:db8::1" : "10.1.2.3");
  }
  void scramble(ServiceKey& value) {
    value = *parse_service_key(pick(2) == 1 ? "fwmark6:9" : "udp:[2001:db8::1]:53");
  }
  template <class T>
  void scramble(std::optional<T>& value) {
    value.reset();
    if (pick(3) > 0) scramble(value.emplace());
  }
  template <class T>
  void scramble(std::vector<T>& values) {
    values.resize(pick(3));
    for (T& value : values)
      scramble(value);
  }
  template <Described T>
  void scramble(T& value) {
    Fields<T>::visit(value, *this);
  }

 private:
  std::size_t pick(std::size_t n) { return random_() % n; }
  std::mt19937& random_;
};

template <class View>
void check_round_trips() {
  constexpr unsigned seed = 20260820;
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    View view{};
    Scrambler(random).scramble(view);
    const std::string written = body(head, view);
    const auto back = document<View>(written);
    INFO("seed " << seed << " round " << i << "\n" << written);
    REQUIRE(back.has_value());
    CHECK(back->head == head);
    CHECK(back->view == view);
  }
}

template <class View>
std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  const auto read = document<View>(text, limits);
  return read ? "no error" : lvsd::text(read.error());
}

const std::string status_head = R"({"api":"lvs/v1","kind":"Status","time":"2026-08-20T14:34:12Z")";

}  // namespace

TEST_CASE("a server is written in the order and with the words of the manual") {
  CHECK(body(head, std::vector{web03()}) ==
        R"({"api":"lvs/v1","kind":"ServerList","time":"2026-08-20T14:34:12.201+09:00",)"
        R"("generation":37,"items":[{"service":"web","server":"web03","protocol":"tcp",)"
        R"("address":"10.0.0.13","port":80,"role":"primary","state":"DRAINING","reason":"",)"
        R"("since":"2026-08-20T14:31:02.000+09:00","forwarding":"DR",)"
        R"("admin":{"state":"drain","origin":"cli","user":"alice","uid":1000,)"
        R"("reason":"kernel patch","since":"2026-08-20T14:31:02.000+09:00",)"
        R"("until":"2026-08-20T14:46:02.000+09:00"},)"
        R"("health":{"state":"up","rise":2,"fall":3,"streak":120,)"
        R"("since":"2026-08-17T12:00:00.000+09:00","last":{"result":"L7OK","code":200,"text":"",)"
        R"("duration_seconds":0.003,"age_seconds":4.1}},"in_kernel":true,)"
        R"("weight":{"config":10,"wanted":0,"kernel":0},)"
        R"("connections":{"active":41,"inactive":187,"persistent":12,"max":2000},)"
        R"("counters":{"connections":991204,"in_packets":81234567,"in_bytes":64123456789,)"
        R"("out_packets":null,"out_bytes":null},)"
        R"("rates":{"cps":0,"in_pps":12,"in_bps":1400,"out_pps":null,"out_bps":null},)"
        R"("checks":null,"policy":null,"config":null}]})");
}

TEST_CASE("a mark service has no address in JSON and an address service no mark") {
  ServiceView service;
  service.service = "m";
  service.key = fwmark_service(10, Family::v6);
  service.also = {*parse_service_key("tcp:[2001:db8::1]:443")};
  CHECK_THAT(body(head, service),
             Catch::Contains(R"("service":"m","protocol":null,"address":null,"port":null,)"
                             R"("fwmark":10,"family":"ipv6","also":["tcp:[2001:db8::1]:443"])"));
  service.key = *parse_service_key("udp:203.0.113.53:53");
  CHECK_THAT(body(head, service),
             Catch::Contains(R"("protocol":"udp","address":"203.0.113.53","port":53,)"
                             R"("fwmark":null,"family":"ipv4")"));
}

TEST_CASE("whatever a view holds is read back from what was written") {
  check_round_trips<StatusView>();
  check_round_trips<ServiceView>();
  check_round_trips<ServerView>();
  check_round_trips<std::vector<ServiceView>>();
  check_round_trips<std::vector<ServerView>>();
  check_round_trips<ReloadView>();
  check_round_trips<std::vector<EventView>>();
  check_round_trips<std::vector<ServiceStatsView>>();
  check_round_trips<std::vector<ConnectionCountView>>();
  check_round_trips<std::vector<CpuStatsView>>();
  check_round_trips<KernelTableView>();
  check_round_trips<KernelControlsView>();
  check_round_trips<std::vector<DriftEntryView>>();
  check_round_trips<ReadinessView>();
  check_round_trips<VersionView>();
}

TEST_CASE("a problem is read back from what was written") {
  std::mt19937 random(7);
  for (int i = 0; i < 100; ++i) {
    ProblemView view;
    Scrambler(random).scramble(view);
    const auto back = problem(body(view));
    REQUIRE(back.has_value());
    CHECK(*back == view);
  }
}

TEST_CASE("a reader ignores what it does not know and takes missing for null") {
  const auto read =
      document<StatusView>(status_head + R"(,"weather":{"rain":[1,2,{}]},"pid":7,"host":null})");
  REQUIRE(read.has_value());
  CHECK(read->view.pid == 7);
  CHECK(read->view.host.empty());
  CHECK(read->view.config.loaded == std::nullopt);
}

TEST_CASE("a field of the wrong type is an error that names it") {
  const auto status = [](const std::string& fields) {
    return refusal<StatusView>(status_head + "," + fields + "}");
  };
  CHECK(status(R"("pid":"7")") == "pid: not a whole number");
  CHECK(status(R"("pid":1.5)") == "pid: not a whole number");
  CHECK(status(R"("pid":18446744073709551615)") == "pid: too large or negative");
  CHECK(status(R"("checks":{"pass":-1})") == "checks.pass: too large or negative");
  CHECK(status(R"("host":[])") == "host: not a text");
  CHECK(status(R"("kernel":1)") == "kernel: not an object");
  CHECK(status(R"("config":{"changed":0})") == "config.changed: neither true nor false");
  CHECK(status(R"("config":{"loaded":"today"})") == "config.loaded: not an RFC 3339 time");
  CHECK(status(R"("attention":{})") == "attention: not a list");
  CHECK(status(R"("uptime_seconds":"x")") == "uptime_seconds: not a number");
  CHECK(status(R"("services":[{"fwmark":1},{"service":"a"}])") ==
        "services[1]: neither an address nor a mark");
  CHECK(status(R"("services":[{"protocol":"icmp"}])") == "services[0].protocol: not a protocol");
  CHECK(status(R"("services":[{"fwmark":1,"also":["x"]}])") ==
        "services[0].also[0]: not a service");
}

TEST_CASE("another kind or another major version is refused by name") {
  CHECK(refusal<StatusView>(R"({"api":"lvs/v2","kind":"Status"})") ==
        "api is 'lvs/v2', not 'lvs/v1'");
  CHECK(refusal<std::vector<ServerView>>(status_head + "}") ==
        "kind is 'Status', not 'ServerList'");
  CHECK(refusal<StatusView>("{}") == "api is '', not 'lvs/v1'");
  CHECK(refusal<StatusView>("[]") == "not a JSON object");
  CHECK(refusal<StatusView>("null") == "not a JSON object");
}

TEST_CASE("depth and size of what is read are bounded") {
  const std::string deep(100000, '[');
  CHECK(refusal<StatusView>(deep) == "nested deeper than 32 levels");
  CHECK(refusal<StatusView>(status_head + ",\"x\":" + std::string(31, '[') + std::string(31, ']') +
                            "}") == "no error");
  CHECK(refusal<StatusView>(status_head + ",\"x\":" + std::string(32, '[') + std::string(32, ']') +
                            "}") == "nested deeper than 32 levels");
  CHECK(refusal<StatusView>(status_head + R"(,"x":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[["})") ==
        "no error");
  CHECK(refusal<StatusView>(status_head + "}", JsonLimits{.bytes = 20}) == "longer than 20 bytes");
}

TEST_CASE("an answer cut short at any byte is an error") {
  const std::string whole = body(head, std::vector{web03()});
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(refusal<std::vector<ServerView>>(whole.substr(0, length)) != "no error");
}

TEST_CASE("text that is not UTF-8 and numbers that are none still make good JSON") {
  StatusView status;
  status.host = "a\xff\xc0\x80\xed\xa0\x80z";
  status.uptime_seconds = std::nan("");
  const std::string written = body(head, status);
  CHECK_THAT(written, Catch::Contains("\"host\":\"a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdz\""));
  CHECK_THAT(written, Catch::Contains(R"("uptime_seconds":null)"));
  CHECK(refusal<StatusView>(written) == "no error");
}

TEST_CASE("nothing in JSON is a byte a terminal would obey") {
  StatusView status;
  status.host = "\x1b[2J\x7f\u009b31m";
  const auto harmless = [](std::string_view text) {
    return text.find_first_of("\x1b\x7f\x9b") == text.npos;
  };
  const std::string written = body(head, status);
  CHECK(harmless(written));
  const auto spread = indented(written);
  REQUIRE(spread.has_value());
  CHECK(harmless(*spread));
  CHECK(document<StatusView>(*spread)->view.host == status.host);
}

TEST_CASE("indenting keeps order and what it does not know") {
  CHECK(*indented(" {\"z\" :1,\n\"a\":[true , null],\"\u00e9\":{ },\"[,\\\"\":[\t]} ") ==
        "{\n  \"z\": 1,\n  \"a\": [\n    true,\n    null\n  ],\n  \"\u00e9\": {},\n"
        "  \"[,\\\"\": []\n}");
  CHECK(*indented("7") == "7");
  CHECK(*indented(R"("\\")") == R"("\\")");
  for (const char* bad : {"{", "", "[1,]", "\"", "\"\\\"", "[1] 2"})
    CHECK_FALSE(indented(bad).has_value());
  CHECK_FALSE(indented(std::string(40, '[') + std::string(40, ']')).has_value());
}

TEST_CASE("indenting says the same as it was told") {
  std::mt19937 random(11);
  for (int i = 0; i < 200; ++i) {
    std::vector<ServiceView> view;
    Scrambler(random).scramble(view);
    const std::string written = body(head, view);
    const auto spread = indented(written);
    REQUIRE(spread.has_value());
    CHECK(document<std::vector<ServiceView>>(*spread)->view == view);
    CHECK(*indented(*spread) == *spread);
  }
}

TEST_CASE("a body that is indented while it comes is the same however it is cut") {
  std::mt19937 random(12);
  for (int i = 0; i < 100; ++i) {
    std::vector<ServiceView> view;
    Scrambler(random).scramble(view);
    std::string written = body(head, view);
    written.insert(written.size() - 1, R"(,"x":["\u00e9\\\"",-1.5e+3,"\u20ac\u009b",[],{}])");
    written.insert(written.size() - 1, ",\"y\":\"\u00e9\u20ac\x7f\u009b\"");
    const auto whole = indented(written);
    REQUIRE(whole.has_value());
    Indenter indenter;
    std::string out;
    for (std::string_view rest = written; !rest.empty();) {
      const auto size = std::min<std::size_t>(rest.size(), 1 + random() % 7);
      REQUIRE(indenter.take(rest.substr(0, size), out));
      rest.remove_prefix(size);
    }
    REQUIRE(indenter.finish(out));
    CHECK(out == *whole);
  }
}

TEST_CASE("what is not JSON is neither indented nor read") {
  for (const char* bad : {"{",
                          "[",
                          "]",
                          "{]",
                          "[}",
                          "[1,]",
                          "{\"a\":1,}",
                          "{\"a\"}",
                          "{\"a\":}",
                          "{1:2}",
                          "[,1]",
                          "[1 2]",
                          "[01]",
                          "[1.]",
                          "[.5]",
                          "[1e]",
                          "[+1]",
                          "[-]",
                          "[tru]",
                          "[nul1]",
                          "[truefalse]",
                          "\"a",
                          "[\"\\x\"]",
                          "[\"\\u12g4\"]",
                          "[\"a\nb\"]",
                          "[\"\xff\"]",
                          "[\"\xc3\"]",
                          "{} {}",
                          "[] 1",
                          "\"a\" \"b\"",
                          "{\"a\":1 \"b\":2}",
                          "[1]]",
                          ":",
                          ",",
                          "{,}"}) {
    INFO(bad);
    CHECK_FALSE(indented(bad).has_value());
    const std::string inside = status_head + ",\"x\":" + bad + "}";
    CHECK(refusal<StatusView>(inside) != "no error");
  }
}

TEST_CASE("fields are found in whatever order they come and texts with whatever escapes") {
  const auto status = document<StatusView>(
      R"({"pid":7,"host":"a\u00e9\ud83d\ude00\n\/\"","attention":[{"text":"t","target":"x"}],)"
      R"("x":{"host":"no"},"generation":3,"kind":"Status","\u0076ersion":"1","api":"lvs/v1",)"
      R"("counted":"2026-08-20T14:34:12.201Z","services":[],"time":"2026-08-20T14:34:12.201Z"})");
  REQUIRE(status.has_value());
  CHECK(status->view.host == "a\u00e9\U0001f600\n/\"");
  CHECK(status->view.pid == 7);
  CHECK(status->view.version == "1");
  CHECK(status->head.generation == 3);
  CHECK(status->head.counted == status->head.time);
  REQUIRE(status->view.attention.size() == 1);
  CHECK(status->view.attention[0].target == "x");
  CHECK(refusal<StatusView>(status_head + R"(,"host":"\ud83d"})") != "no error");
}

TEST_CASE("the items of a list are those under its name however that is spelled") {
  std::mt19937 random(14);
  std::vector<ServiceView> view(3);
  for (ServiceView& service : view)
    Scrambler(random).scramble(service);
  const std::string written = body(head, view);
  const auto with = [&written](std::string_view name) {
    std::string other = written;
    const std::string_view usual = R"("items":[)";
    return other.replace(other.find(usual), usual.size(), name);
  };
  for (const char* name : {R"("\u0069tems":[)", R"("x":[{"items":[1]},2],"items":[)",
                           R"("items":[],"items":[)", R"("x":{"items":[{}]},"items" : [ )"}) {
    INFO(name);
    const auto read = document<std::vector<ServiceView>>(with(name));
    REQUIRE(read.has_value());
    CHECK(read->view == view);
  }
  CHECK(refusal<std::vector<ServiceView>>(with(R"("items":7,"x":[)")) == "items: not a list");
  CHECK(refusal<std::vector<ServiceView>>(with(R"("items":{"a":[1],"b":{"c":2}},"x":[)")) ==
        "items: not a list");
  CHECK(refusal<std::vector<ServiceView>>(with(R"("items":[7,)")) == "items[0]: not an object");
}

TEST_CASE("the lists of a view are read item by item wherever they stand in it") {
  std::mt19937 random(15);
  for (int i = 0; i < 100; ++i) {
    StatusView status;
    Scrambler(random).scramble(status);
    auto json = nlohmann::ordered_json::parse(body(head, status));
    nlohmann::ordered_json
        other;  // the lists first, and something else under their names within a list
    other["attention"] = json["attention"];
    other["services"] = json["services"];
    other["x"] = nlohmann::ordered_json::parse(R"([{"services":[1,2]},7])");
    json.erase("services");
    json.erase("attention");
    other.update(json);
    const auto read = document<StatusView>(other.dump());
    REQUIRE(read.has_value());
    CHECK(read->view == status);
  }
  CHECK(refusal<StatusView>(status_head + R"(,"services":[{"service":7}]})") ==
        "services[0].service: not a text");
  CHECK(refusal<StatusView>(status_head + R"(,"services":{"a":[1],"b":2}})") ==
        "services: not a list");
  CHECK(document<StatusView>(status_head + R"(,"services":null})")->view.services.empty());
}

TEST_CASE("an item of any size is read in the memory of the one before") {
  KernelTableView table;
  table.services.resize(64);
  for (auto& service : table.services)
    service.destinations.resize(64);
  CHECK(document<KernelTableView>(body(head, table))->view == table);
}

TEST_CASE("a status whose services are written one by one is the status") {
  std::mt19937 random(13);
  for (int i = 0; i < 100; ++i) {
    StatusView status;
    Scrambler(random).scramble(status);
    auto [opening, closing] = status_frame(head, status);
    std::string text = opening;
    for (const ServiceSummary& service : status.services) {
      if (&service != status.services.data()) text += ',';
      append_item(text, service);
    }
    CHECK(text + closing == body(head, status));
  }
}

TEST_CASE("a refusal carries its status and what was meant") {
  const Response answer = response(no_such_object("wbe", {"web", "web2"}));
  CHECK(answer.status == 404);
  CHECK(answer.content_type == "application/problem+json");
  CHECK(answer.body == R"({"type":"urn:lvsd:problem:no-such-object","title":"No such object",)"
                       R"("status":404,"detail":"'wbe' does not exist; did you mean 'web' or )"
                       R"('web2'?","target":"wbe","near":["web","web2"],"diagnostics":[]})");
  CHECK(config_invalid("a.conf", {{.severity = "error"}, {.severity = "warning"}}).detail ==
        "1 error in a.conf; the running configuration stays");
}

TEST_CASE("the state of the whole is that of its worst service or of the kernel") {
  StatusView status;
  const auto with = [&status](std::vector<std::string> states) {
    status.services.clear();
    for (auto& state : states)
      status.services.emplace_back().state = std::move(state);
    return overall_state(status);
  };
  CHECK(with({}) == "OK");
  CHECK(with({"UP", "UP"}) == "OK");
  CHECK(with({"UP", "DEGRADED"}) == "DEGRADED");
  CHECK(with({"DEGRADED", "DOWN", "UP"}) == "DOWN");
  status.attention = {{.severity = "warning", .target = "web/a", .text = "DRAINING"}};
  CHECK(with({"UP"}) == "OK");
  status.attention.push_back({.severity = "error", .target = "", .text = "reload failed"});
  CHECK(with({"UP"}) == "DEGRADED");
  status.attention.clear();
  status.kernel.error = "not permitted";
  CHECK(with({"UP"}) == "DEGRADED");
}
