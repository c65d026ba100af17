#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "test/kernel/lvsctl.h"
#include "test/kernel/test_net.h"

// The recordings of docs/tour.md are what happens.

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

}  // namespace

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
