#include <cstdlib>
#include <fstream>
#include <iostream>
#include <list>
#include <regex>
#include <sstream>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"
#include "test/kernel/terminal_session.h"

// The recordings of docs/tour.md are what happens. With LVSD_WRITE_TOUR set what happens is
// printed.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// The lines that stand indented below a heading of the tour, without the indentation.
std::string recording(const std::string& heading) {
  std::ifstream page(LVSD_SOURCE_DIR "/docs/tour.md");
  std::string out;
  bool is_there = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#")) is_there = line.ends_with(heading);
    if (is_there && line.starts_with("    ")) out += line.substr(4) + "\n";
  }
  return out;
}

// What a command prints on a real server, below the command itself.
std::string typed(const Host& host, const DaemonFolder& folder, const std::string& line) {
  Command words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;)
    words.push_back(word);
  Process process(host.net, lvsctl_command(folder, words));
  REQUIRE(process.exit_code(20s).has_value());
  return "$ lvsctl " + line + "\n" + process.output();
}

// The same with a prompt, and of any program.
std::string typed_on(const Site& site, const Host& host, const std::string& line) {
  const std::string prompt = host.name + "$ ";
  if (!line.starts_with("lvsctl "))
    return prompt + line + "\n" + host.output_of({"/bin/sh", "-c", line});
  return host.name + typed(host, site.folder, line.substr(7));
}

// What differs from one day to another is the same in it.
std::string steady(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> masks = {
      {std::regex("process [0-9]+"), "process N"},
      {std::regex("lvsd [0-9]+\\.[0-9.]+"), "lvsd N"},
      {std::regex("so far: [0-9]+"), "so far: N"},
      {std::regex("after [0-9a-z.]+, and stays"), "after N, and stays"},
      {std::regex(" [0-9.]+m?s  new kernel"), "   Ns  new kernel"},
      {std::regex("\n [0-9]{2}:[0-9]{2}  "), "\n N  "}};
  for (const auto& [what, by] : masks)
    text = std::regex_replace(text, what, by);
  return text;
}

// Of `top`, where most of what is shown is measured: the words and their order remain.
std::string words_of_top(const std::string& text) {
  static const std::vector<std::pair<std::regex, std::string>> masks = {
      {std::regex("(▁|▂|▃|▄|▅|▆|▇|█)+"), "BARS"},
      {std::regex("[0-9]+(\\.[0-9]+)?( ?[kM]?B)?/s"), "N/s"},
      {std::regex("\\b[0-9]+(\\.[0-9]+)?(ms|s|K)?\\b"), "N"},
      {std::regex(" +"), " "}};
  std::string out = text;
  for (const auto& [what, by] : masks)
    out = std::regex_replace(out, what, by);
  return out;
}

void show(const std::string& played) {
  if (std::getenv("LVSD_WRITE_TOUR") != nullptr) std::cout << played << std::flush;
}

std::string named_pair() {
  return "virtual_server 10.0.0.100 80 {\n  name web\n  lb_algo rr\n  lb_kind NAT\n"
         "  protocol TCP\n  delay_loop 0.3\n"
         "  real_server 10.0.1.1 80 {\n    name web01\n    TCP_CHECK {\n    }\n  }\n"
         "  real_server 10.0.1.2 80 {\n    name web02\n    TCP_CHECK {\n    }\n  }\n}\n";
}

// Connections through the VIP, by the server that they have.
std::map<std::string, std::list<Connection>> connections_of(const Site& site, int count) {
  std::map<std::string, std::list<Connection>> out;
  for (int i = 0; i < count; ++i) {
    Connection one = site.connect();
    const Answer answer = one.ask();
    out[answer.body].push_back(std::move(one));
  }
  return out;
}

// What was on the line that a terminal renews, each once for each number of active connections.
std::string renewed(const std::string& bytes) {
  std::string out;
  std::string last;
  std::istringstream lines(std::regex_replace(bytes, std::regex("\r+\n?"), "\n"));
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    const auto active = line.find("active");
    const std::string count = active == line.npos ? line : line.substr(active, 12);
    if (!line.empty() && count != last) out += line + "\n";
    last = count;
  }
  return out;
}

}  // namespace

TEST_CASE("the tour of a drain is what happens") {
  Site site(named_pair());
  auto connections = connections_of(site, 6);
  REQUIRE(connections["s1"].size() == 3);
  const Command command = lvsctl_command(
      site.folder, {"drain", "web/web01", "--wait", "--timeout", "5m", "--reason", "new kernel"});
  TerminalSession terminal(site.net.director().net, command);
  for (int left = 3; left > 0; --left) {
    REQUIRE(terminal.shows("  active     " + std::to_string(left)));
    connections["s1"].pop_front();
  }
  REQUIRE(terminal.exit_code(20s) == 0);
  std::string played =
      "director$ lvsctl drain web/web01 --wait --timeout 5m --reason 'new kernel'\n" +
      renewed(terminal.bytes());
  for (const char* line : {"lvsctl overrides", "lvsctl undrain web/web01"})
    played += typed_on(site, site.net.director(), line);
  show(played);
  CHECK(steady(played) == steady(recording("A server leaves with its connections")));
  // Whoever was on the other one noticed nothing.
  for (Connection& connection : connections["s2"])
    CHECK(connection.ask().body == "s2");
}

TEST_CASE("the tour of a service by DR that answers nobody is what happens") {
  Site site(service_config({.method = "DR", .servers = 1, .more = "name web"}) +
                "global_defs {\n  lvs_timeouts tcp 7300\n}\n",
            1);
  const Host& director = site.net.director();
  const Host& server = site.net.server(1);
  director.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "front"});
  server.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "lo"});
  server.output_of({"ip", "route", "add", "default", "dev", "front", "table", "100"});
  for (const char* name : {"all.arp_ignore", "all.arp_announce"})
    set_sysctl(server.net, std::string("net.ipv4.conf.") + name, "0");
  set_sysctl(server.net, "net.ipv4.conf.back.rp_filter", "1");

  std::string played = typed_on(site, director, "lvsctl doctor");
  played += typed_on(site, director, "ip addr add 10.0.0.100/32 dev front");
  played += typed_on(site, server, "lvsctl doctor --realserver 10.0.0.100");
  played += typed_on(site, server, "lvsctl realserver 10.0.0.100");
  CHECK(site.who_answers() == "timed out");
  played += typed_on(site, server, "lvsctl doctor --realserver 10.0.0.100");
  played += typed_on(site, server, "sysctl -w net.ipv4.conf.back.rp_filter=2");
  played += typed_on(site, server, "lvsctl doctor --realserver 10.0.0.100");
  played += typed_on(site, director, "lvsctl doctor");
  show(played);
  CHECK(steady(played) == steady(recording("A service by DR that answers nobody")));
  CHECK(site.who_answers() == "s1");
}

TEST_CASE("the tour of top is what is on the screen") {
  Site site(named_pair());
  auto connections = connections_of(site, 9);
  site.service = "web";
  site.post("drain?reason=new%20kernel", "web01");
  TerminalSession terminal(site.net.director().net,
                           lvsctl_command(site.folder, {"top", "--every", "300ms"}));
  REQUIRE(terminal.shows("web/web02"));
  const Traffic traffic(site.net.client().net, {vip(Family::v4), 80}, 20ms);
  terminal.type("s");
  const bool is_sorted = terminal.shows("[s]ort:new/s");
  INFO(terminal.screen().text());
  REQUIRE(is_sorted);
  const auto is_at_work = [](const std::string& text) {
    const auto first = text.find("web/");
    return text.find("DRAINING") != text.npos && text.substr(first, 9) == "web/web02" &&
           text.find("▁▁▁▁▁▁▁▁", first) != text.npos && text.find("L4OK", first) != text.npos;
  };
  const bool is_shown = terminal.shows(is_at_work, 30s);
  INFO(terminal.screen().text());
  REQUIRE(is_shown);
  const std::string played = terminal.screen().text();
  show(played);
  CHECK(words_of_top(played) == words_of_top(recording("The screen of top")));
}

TEST_CASE("the tour of a real server that steals the VIP is what happens") {
  TestNet net(1);
  const DaemonFolder folder;
  const Host& server = net.server(1);
  set_sysctl(server.net, "net.ipv4.conf.all.arp_ignore", "0");
  set_sysctl(server.net, "net.ipv4.conf.all.arp_announce", "0");
  server.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "lo"});
  server.output_of({"ip", "address", "add", "10.0.0.100/32", "dev", "front"});
  std::string played = typed(server, folder, "doctor --realserver 10.0.0.100");
  server.output_of({"ip", "address", "delete", "10.0.0.100/32", "dev", "front"});
  for (const char* line : {"realserver 10.0.0.100 --dry-run", "realserver 10.0.0.100",
                           "doctor --realserver 10.0.0.100"})
    played += typed(server, folder, line);
  CHECK(played == recording("A real server that steals the VIP"));
}
