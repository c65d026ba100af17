#include "lvsctl/top.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "lvsctl/command_line.h"

using namespace lvsd;
using namespace lvsd::ctl;
using namespace std::chrono_literals;

namespace {

api::ServerView server(const std::string& name, const std::string& state, std::uint64_t rate,
                       std::uint64_t active) {
  api::ServerView out{.service = "web", .server = name, .state = state};
  out.weight = {.config = 10, .wanted = state == "ACTIVE" ? 10 : 0};
  out.connections = {.active = active, .inactive = 187};
  out.rates = {.cps = rate, .in_bps = rate * 1000, .out_bps = {}};
  out.health.last = api::CheckResultView{.result = "L7OK", .code = 200, .duration_seconds = 0.003};
  return out;
}

std::vector<api::ServerView> servers(std::uint64_t rate = 118) {
  return {server("web01", "ACTIVE", rate, 402), server("web02", "ACTIVE", 2 * rate, 398),
          server("web03", "DRAINING", 0, 41)};
}

const api::Moment now = *api::parse_moment("2026-08-20T14:34:12+09:00");

std::string screen(Top& top, std::size_t width = 100, std::size_t height = 10) {
  std::string out;
  for (const ScreenLine& line : top.lines(width, height))
    out += (line.selected ? ">" : " ") + line.text + "\n";
  return out;
}

TopRequest type(Top& top, const std::string& keys) {
  TopRequest last;
  for (const char c : keys)
    last = top.press(c == '\n' ? Pressed{Key::enter} : Pressed{Key::character, c});
  return last;
}

// What the first column of the rows says.
std::string order(Top& top) {
  std::string out;
  const auto lines = top.lines(100, 20);
  for (std::size_t i = 3; i < lines.size(); ++i)
    out += lines[i].text.substr(0, lines[i].text.find(' ')) + (lines[i].selected ? "* " : " ");
  return out;
}

}  // namespace

TEST_CASE("top shows every server with its last minute") {
  Top top(true);
  for (std::uint64_t reading = 1; reading <= 30; ++reading)
    top.take(servers(reading * 4), now);
  CHECK(screen(top) ==
        " lvsd top  14:34:12   360 conn/s  360 kB/s in  0/s out\n"
        " [s]ort:name [f]ilter [space] pause [d]rain [q]uit\n"
        " SERVICE/SERVER  STATE          W    ACT  INACT  NEW/s  60s            IN/s  CHECK\n"
        ">web/web01       ACTIVE        10    402    187    120  ▁▂▃▄▅▆▇█   120 kB/s  "
        "L7OK/200 3ms\n"
        " web/web02       ACTIVE        10    398    187    240  ▁▂▃▄▅▆▇█   240 kB/s  "
        "L7OK/200 3ms\n"
        " web/web03       DRAINING  0 (10)     41    187      0  ▁▁▁▁▁▁▁▁        0/s  "
        "L7OK/200 3ms\n");
  // What matters least goes first where there is little room, and a name's end says who it is.
  CHECK(screen(top, 80) ==
        " lvsd top  14:34:12   360 conn/s  360 kB/s in  0/s out\n"
        " [s]ort:name [f]ilter [space] pause [d]rain [q]uit\n"
        " SERVICE/SERVER  STATE          W    ACT  NEW/s  60s       CHECK\n"
        ">web/web01       ACTIVE        10    402    120  ▁▂▃▄▅▆▇█  L7OK/200 3ms\n"
        " web/web02       ACTIVE        10    398    240  ▁▂▃▄▅▆▇█  L7OK/200 3ms\n"
        " web/web03       DRAINING  0 (10)     41      0  ▁▁▁▁▁▁▁▁  L7OK/200 3ms\n");
  Top narrow(false);
  narrow.take({server("one-of-the-servers-10.0.1.1:80", "ACTIVE", 1, 1)}, now);
  CHECK(screen(narrow, 30).find(">~s-10.0.1.1:80  ACTIVE") != std::string::npos);
}

TEST_CASE("a screen is never written over its edges") {
  for (const bool unicode : {true, false})
    for (std::size_t width = 1; width < 140; width += 7)
      for (std::size_t height = 1; height < 9; ++height) {
        Top top(unicode);
        top.take(servers(), now);
        INFO(width << "x" << height);
        const auto lines = top.lines(width, height);
        CHECK(lines.size() <= height);
        for (const ScreenLine& line : lines) {
          const auto columns = std::count_if(line.text.begin(), line.text.end(),
                                             [](char c) { return (c & 0xc0) != 0x80; });
          CHECK(static_cast<std::size_t>(columns) <= width);
        }
      }
}

TEST_CASE("keys sort and filter and select") {
  Top top(true);
  top.take(servers(), now);
  CHECK(order(top) == "web/web01* web/web02 web/web03 ");
  type(top, "j");
  CHECK(order(top) == "web/web01 web/web02* web/web03 ");
  type(top, "s");  // by new/s; who is selected stays so
  CHECK(order(top) == "web/web02* web/web01 web/web03 ");
  type(top, "s");
  CHECK(order(top) == "web/web01 web/web02* web/web03 ");
  type(top, "ss");
  top.press({Key::page_down});
  CHECK(order(top) == "web/web01 web/web02 web/web03* ");
  top.press({Key::up});
  CHECK(order(top) == "web/web01 web/web02* web/web03 ");

  type(top, "fstate=DRAINING");
  CHECK(screen(top).find("filter: state=DRAINING_") != std::string::npos);
  type(top, "\n");
  CHECK(order(top) == "web/web03* ");
  type(top, "f");
  for (int i = 0; i < 20; ++i)
    top.press({Key::backspace});
  type(top, "colour=red\n");
  CHECK(screen(top).find("filter: there is no field 'colour'") != std::string::npos);
  CHECK(order(top) == "web/web03* ");
  type(top, "f");
  top.press({Key::escape});
  CHECK(order(top) == "web/web03* ");
  // Characters go whole, and keys that are none do not come.
  type(top, "f");
  for (const char c : std::string("ü\0\x01", 4))
    top.press({Key::character, c});
  CHECK(screen(top).find("filter: state=DRAININGü_") != std::string::npos);
  top.press({Key::backspace});
  CHECK(screen(top).find("filter: state=DRAINING_") != std::string::npos);
  CHECK(top.press({Key::leave}).what == TopRequest::What::quit);
}

TEST_CASE("a reading that fails is told of until the next one") {
  Top top(true);
  top.take(servers(), now);
  top.miss("lvsctl: lvsd is not reachable");
  CHECK(screen(top).find("lvsctl: lvsd is not reachable") != std::string::npos);
  CHECK(screen(top).find("web/web02") != std::string::npos);
  top.take(servers(), now);
  CHECK(screen(top).find("reachable") == std::string::npos);
}

TEST_CASE("a drain from the screen is asked about first") {
  Top top(true);
  top.take(servers(), now);
  CHECK(type(top, "jd").what == TopRequest::What::nothing);
  CHECK(screen(top).find("drain web/web02? ") != std::string::npos);
  CHECK(type(top, "n").what == TopRequest::What::nothing);
  CHECK(screen(top).find("nothing was done") != std::string::npos);
  CHECK(type(top, "dq").what == TopRequest::What::nothing);
  const TopRequest request = type(top, "dy");
  CHECK(request.what == TopRequest::What::drain);
  CHECK(request.service == "web");
  CHECK(request.server == "web02");
  CHECK(type(top, "q").what == TopRequest::What::quit);
  Top empty(true);
  empty.take({}, now);
  CHECK(type(empty, "d").what == TopRequest::What::nothing);
  CHECK(screen(empty).find("no server") != std::string::npos);
}

TEST_CASE("more servers than rows move under the titles") {
  Top top(true);
  std::vector<api::ServerView> many;
  for (int i = 10; i < 60; ++i)
    many.push_back(server("s" + std::to_string(i), "ACTIVE", 1, 1));
  top.take(many, now);
  CHECK(top.lines(100, 8).size() == 8);
  for (int i = 0; i < 12; ++i)
    top.press({Key::down});
  const std::string shown = screen(top, 100, 8);
  CHECK(shown.find(">web/s22") != std::string::npos);
  CHECK(shown.find(" web/s18") != std::string::npos);
  CHECK(shown.find(" web/s17") == std::string::npos);
}

namespace {

// Keys in their turn, and every screen that was drawn.
class ScriptedTerminal : public Terminal {
 public:
  ScriptedTerminal(std::string keys, std::vector<std::string>& screens)
      : keys_(std::move(keys)), screens_(screens) {}
  std::size_t width() const override { return 100; }
  std::size_t height() const override { return 10; }
  void draw(const std::vector<ScreenLine>& lines) override {
    std::string all;
    for (const ScreenLine& line : lines)
      all += line.text + "\n";
    screens_.push_back(all);
  }
  std::optional<Pressed> key(std::chrono::milliseconds) override {
    if (keys_.empty()) return Pressed{Key::character, 'q'};
    const char next = keys_.front();
    keys_.erase(0, 1);
    if (next == '.') return std::nullopt;
    return Pressed{Key::character, next};
  }

 private:
  std::string keys_;
  std::vector<std::string>& screens_;
};

}  // namespace

TEST_CASE("top asks lvsd for servers and drains the one that is chosen") {
  std::vector<std::string> screens;
  std::vector<std::string> asked;
  Surroundings here;
  here.machine.uptime = [time = std::chrono::milliseconds(0)]() mutable { return time += 1s; };
  here.machine.terminal = [&screens](bool) {
    return std::make_unique<ScriptedTerminal>("..jdy.", screens);
  };
  here.connect = [&asked](const auto&, auto) -> Ask {
    return [&asked](api::Method method, const std::string& target, const std::string&) -> Answer {
      asked.push_back(std::string(api::text(method)) + " " + target);
      if (method == api::Method::post)
        return Reply{200, api::body({now, 1}, api::WishView{.service = "web",
                                                            .server = "web02",
                                                            .before = "ACTIVE 10",
                                                            .after = "DRAINING 0",
                                                            .text = "web/web02 is drained",
                                                            .undo = {}})};
      return Reply{200, api::body({now, 1}, servers())};
    };
  };
  CHECK(outcome({"top"}, here).exit == Exit::done);
  CHECK(std::count(asked.begin(), asked.end(), "GET /api/v1/servers") >= 2);
  CHECK(std::count(asked.begin(), asked.end(),
                   "POST /api/v1/services/web/servers/web02/drain?reason=lvsctl%20top") == 1);
  CHECK(screens.back().find("web/web02 is drained") != std::string::npos);

  here.machine.terminal = [](bool) { return nullptr; };
  CHECK(outcome({"top"}, here).exit == Exit::usage);
}
