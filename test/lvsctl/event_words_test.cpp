#include "lvsctl/event_words.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lvsctl/machine.h"
#include "test/daemon/raw_client.h"

using namespace lvsd;
using namespace lvsd::ctl;

namespace {

api::EventView down() {
  api::EventView view{.sequence = 42, .severity = "warning", .event = "server"};
  view.time = *api::parse_moment("2026-08-20T14:20:02.118+09:00");
  view.service = "web";
  view.server = "web01";
  view.state = "DOWN";
  view.reason = "Layer4 timeout";
  view.text = "Server web/web01 is DOWN";
  return view;
}

bool holds(std::string_view word) {
  const auto term = EventTerm::parse(word);
  INFO(word << (term ? "" : ": " + term.error()));
  REQUIRE(term.has_value());
  return term->holds(down());
}

std::string refusal(std::string_view word) {
  const auto term = EventTerm::parse(word);
  return term ? "fine" : term.error();
}

}  // namespace

TEST_CASE("a condition compares a field or searches it") {
  for (const char* word : {"state=DOWN", "server.state=DOWN", "state!=UP", "service~^we",
                           "reason!~refused", "before=", "sequence=42", "text~is DOWN$"})
    CHECK(holds(word));
  for (const char* word : {"state=down", "service.state=DOWN", "state!=DOWN", "service~^eb",
                           "reason~refused", "service=", "server=web"})
    CHECK_FALSE(holds(word));
}

TEST_CASE("a condition that is none is refused with what there is") {
  CHECK(refusal("DOWN") ==
        "'DOWN' is not FIELD=VALUE, FIELD!=VALUE, FIELD~PATTERN or FIELD!~PATTERN");
  CHECK_THAT(refusal("=DOWN"), Catch::StartsWith("'=DOWN' is not FIELD=VALUE"));
  CHECK(refusal("state!DOWN") == "'state!DOWN': '!' is followed by '=' or '~'");
  CHECK(refusal("weather.state=DOWN") == "there are no events of 'weather'");
  CHECK(refusal("stat=DOWN") ==
        "events have no 'stat', but before, event, reason, sequence, server, service, severity, "
        "state, text, time");
  CHECK_THAT(refusal("text~("), Catch::StartsWith("'(': "));
}

TEST_CASE("what an event says is never read as a command") {
  CHECK(command_line("logger {service}/{server} {what} {state") ==
        R"(logger "$LVSD_SERVICE"/"$LVSD_SERVER" {what} {state)");
  api::EventView hostile = down();
  hostile.reason = "$(touch /tmp/lvsd-owned) `id` ; rm -rf \" ' * \\";
  const auto variables = command_variables(hostile);
  CHECK(variables.at("LVSD_REASON") == *hostile.reason);
  CHECK(variables.at("LVSD_BEFORE").empty());
  const test::TempDir directory;
  for (const char* line :
       {"printf %s {reason} >", "printf \"{reason}\" >/dev/null; printf %s {reason} >"}) {
    const std::string file = (directory / "said").string();
    CHECK(this_machine().run(command_line(line) + file, variables) == 0);
    std::ostringstream said;
    said << std::ifstream(file).rdbuf();
    CHECK(said.str() == *hostile.reason);
  }
  CHECK_FALSE(std::filesystem::exists("/tmp/lvsd-owned"));
  CHECK(this_machine().run("exit 3", {}) == 3);
  CHECK(this_machine().run("kill -9 $$", {}) == 128 + 9);
}

TEST_CASE("an event is a line with its time and level and nothing a terminal obeys") {
  api::EventView view = down();
  view.text = "x\x1b[2J\ny";
  CHECK(event_line(view, false, {}) ==
        "2026-08-20 14:20:02.118  WARNING   server    x\\x1b[2J\\ny\n");
  CHECK(event_line(view, true, {}) ==
        "              42  2026-08-20 14:20:02.118  WARNING   server    x\\x1b[2J\\ny\n");
}
