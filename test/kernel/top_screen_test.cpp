#include <list>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"
#include "test/kernel/terminal_session.h"

// `lvsctl top` as its user sees it: on a terminal, with a real lvsd, a real kernel and real
// traffic.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// As terminals send it to programs that asked for it (the keypad's mode).
const std::string down = "\x1bOB";

std::string named_config(int servers) {
  return service_config({.servers = servers, .more = "name web"});
}

// A shell around it shows what the terminal is like before and after.
Command top_in_a_shell(const Site& site) {
  std::string line = "trap : INT TERM; echo before; ";
  for (const std::string& word : lvsctl_command(site.folder, {"top", "--every", "200ms"}))
    line += "'" + word + "' ";
  return {"/bin/sh", "-c", line + "; echo exit $?; read -r enough"};
}

Command top(const Site& site, Command more = {}) {
  Command words{"top", "--every", "200ms"};
  words.insert(words.end(), more.begin(), more.end());
  return lvsctl_command(site.folder, words);
}

// The names of the rows, from above, with a star where it is selected.
std::string rows(TerminalSession& terminal) {
  std::istringstream lines(terminal.screen().text());
  const auto reversed = terminal.screen().reversed();
  std::string out;
  for (std::string line; std::getline(lines, line);)
    if (const auto slash = line.find("/10.0.1."); slash != line.npos && !line.starts_with("drain"))
      out += line.substr(slash + 8, 1) +
             (std::find(reversed.begin(), reversed.end(), line) == reversed.end() ? " " : "* ");
  return out;
}

bool rows_are(TerminalSession& terminal, const std::string& wanted) {
  return eventually(10s, [&] { return rows(terminal) == wanted; });
}

std::size_t widest(const std::string& text) {
  std::istringstream lines(text);
  std::size_t most = 0;
  for (std::string line; std::getline(lines, line);)
    most = std::max<std::size_t>(
        most, static_cast<std::size_t>(std::count_if(line.begin(), line.end(),
                                                     [](char c) { return (c & 0xc0) != 0x80; })));
  return most;
}

}  // namespace

TEST_CASE("top shows servers and traffic on an eighty column terminal") {
  Site site(named_config(3));
  TerminalSession terminal(site.net.director().net, top(site));
  REQUIRE(terminal.shows("web/10.0.1.3:80"));
  std::list<Connection> connections;
  for (int i = 0; i < 6; ++i)
    connections.push_back(site.connect());
  for (Connection& connection : connections)
    REQUIRE(connection.ask().outcome == Answer::Outcome::answered);
  const std::string text = terminal.screen().text();
  INFO(text);
  CHECK(text.find("lvsd top  ") == 0);
  CHECK(text.find("[s]ort:name [f]ilter [space] pause [d]rain [q]uit") != std::string::npos);
  const auto title = text.find("SERVICE/SERVER   STATE ");
  REQUIRE(title != std::string::npos);
  for (const char* column : {" W ", " ACT ", " NEW/s ", " 60s ", " CHECK"})
    CHECK(text.substr(title, text.find('\n', title) - title + 1).find(column) != std::string::npos);
  CHECK(widest(text) <= 80);
  CHECK(rows(terminal) == "1* 2 3 ");
  const Traffic traffic(site.net.client().net, {vip(Family::v4), 80});
  // Two connections each at least, and a last minute that has risen.
  const bool is_shown = terminal.shows([](const std::string& seen) {
    return seen.find("ACTIVE      1      2 ") != seen.npos && seen.find("▁█") != seen.npos;
  });
  INFO(terminal.screen().text());
  CHECK(is_shown);
  CHECK(terminal.shows("L4OK "));
}

TEST_CASE("top sorts and filters and holds still by its keys") {
  Site site(named_config(3));
  TerminalSession terminal(site.net.director().net, top(site), {132, 43});
  REQUIRE(rows_are(terminal, "1* 2 3 "));
  // A connection for the second server alone.
  site.service = "web";
  site.post("drain", "10.0.1.1:80");
  site.post("drain", "10.0.1.3:80");
  Connection connection = site.connect();
  REQUIRE(connection.ask().body == "s2");
  terminal.type("ss");
  CHECK(terminal.shows("[s]ort:active"));
  CHECK(rows_are(terminal, "2 1* 3 "));
  terminal.type("f");
  terminal.type(
      "state=ACTIVX\x7f"
      "E");
  REQUIRE(terminal.shows("filter: state=ACTIVE_"));
  terminal.type("\r");
  CHECK(terminal.shows("only: state=ACTIVE"));
  CHECK(rows_are(terminal, "2* "));
  terminal.type("f && colour=red\r");
  CHECK(terminal.shows("filter: there is no field 'colour'"));
  terminal.type("f\x1b");
  CHECK(terminal.shows("only: state=ACTIVE"));
  terminal.type("f");
  for (int i = 0; i < 12; ++i)
    terminal.type("\x7f");
  terminal.type("\r");
  CHECK(eventually(10s, [&] { return rows(terminal).size() == 7; }));

  terminal.type(" ");
  REQUIRE(terminal.shows("PAUSED"));
  site.post("undrain", "10.0.1.1:80");
  CHECK(always(1s, [&] {
    return terminal.screen().text().find("PAUSED") != std::string::npos &&
           terminal.screen().text().find("DRAIN") != std::string::npos;
  }));
  terminal.type(" ");
  CHECK(terminal.shows([](const std::string& seen) { return seen.find("PAUSED") == seen.npos; }));
}

TEST_CASE("top drains the server that is selected after a yes") {
  Site site(named_config(3));
  TerminalSession terminal(site.net.director().net, top(site));
  REQUIRE(rows_are(terminal, "1* 2 3 "));
  terminal.type(down);
  REQUIRE(rows_are(terminal, "1 2* 3 "));
  terminal.type("d");
  REQUIRE(terminal.shows("drain web/10.0.1.2:80? "));
  terminal.type("n");
  REQUIRE(terminal.shows("nothing was done"));
  CHECK(ipvs_table(site.net.director().net) == table_of({1, 1, 1}));
  terminal.type("d");
  REQUIRE(terminal.shows("drain web/10.0.1.2:80? "));
  terminal.type("y");
  CHECK(terminal.shows("web/10.0.1.2:80 "));
  CHECK(terminal.shows("DRAIN"));
  CHECK(site.becomes({1, -1, 1}));
  CHECK(widest(terminal.screen().text()) <= 80);
  CHECK(site.lvsd->logged("lvsctl top"));

  // What a guard refuses is said, and nothing is done.
  CHECK(lvsctl(site.net, site.folder, {"drain", "web/10.0.1.1:80"}).exit == 0);
  terminal.type(down + "dy");
  CHECK(terminal.shows("last"));
  CHECK(site.becomes({-1, -1, 1}));
}

TEST_CASE("top fits every size that its terminal takes") {
  Site site(named_config(3));
  TerminalSession terminal(site.net.director().net, top(site));
  REQUIRE(rows_are(terminal, "1* 2 3 "));
  const std::vector<TerminalSize> sizes = {{132, 43}, {60, 10}, {40, 5}, {20, 4}, {80, 24}};
  for (const TerminalSize size : sizes) {
    INFO(size.width << "x" << size.height);
    terminal.resize(size);
    const auto fits = [&] {
      const std::string text = terminal.screen().text();
      const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
      const std::size_t wanted = std::min<std::size_t>(6, size.height);
      return lines == wanted && widest(text) <= size.width &&
             text.find("/10.0.1.1:8") != std::string::npos && text.starts_with("lvsd top");
    };
    CHECK(eventually(10s, fits));
    INFO(terminal.screen().text());
    CHECK(fits());
  }
  const bool is_whole = terminal.shows("\nweb/10.0.1.3:80  ACTIVE ", 20s);
  INFO(terminal.screen().text());
  CHECK(is_whole);
}

TEST_CASE("top leaves the terminal as it was") {
  Site site(named_config(1));
  for (const std::string keys : {"q", "\x03"}) {
    TerminalSession terminal(site.net.director().net, top_in_a_shell(site));
    REQUIRE(terminal.shows("web/10.0.1.1:80"));
    CHECK(terminal.screen().is_alternate());
    CHECK_FALSE(terminal.screen().shows_cursor());
    CHECK((terminal.settings().c_lflag & ECHO) == 0);
    terminal.type(keys);
    REQUIRE(terminal.shows("exit "));
    INFO(terminal.screen().text());
    CHECK(terminal.screen().text().starts_with("before\n"));
    CHECK_FALSE(terminal.screen().is_alternate());
    CHECK(terminal.screen().shows_cursor());
    CHECK((terminal.settings().c_lflag & (ECHO | ICANON)) == (ECHO | ICANON));
    CHECK(terminal.screen().line(1) == "exit 0");
  }
}

TEST_CASE("top without colour says the same") {
  Site site(named_config(2));
  TerminalSession colored(site.net.director().net, top(site));
  REQUIRE(rows_are(colored, "1* 2 "));
  CHECK(colored.screen().colors().contains(32));
  TerminalSession plain(site.net.director().net, top(site), {}, {"NO_COLOR=1"});
  REQUIRE(rows_are(plain, "1* 2 "));
  CHECK(plain.screen().colors() == std::set<int>{39});
}

TEST_CASE("top goes on when lvsd comes back") {
  Site site(named_config(2));
  TerminalSession terminal(site.net.director().net, top(site));
  REQUIRE(rows_are(terminal, "1* 2 "));
  site.kill();
  CHECK(terminal.shows("lvsctl: "));
  CHECK(rows(terminal) == "1* 2 ");
  site.start();
  CHECK(terminal.shows("[q]uit"));
}
