#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "test/daemon/raw_client.h"
#include "test/fakes/command.h"

using namespace lvsd;

namespace {

// What a program of this build prints on both outputs, and how it ends.
std::string ran(const std::string& command) {
  return test::output_of(test::built(command) + " 2>&1; echo exit $?");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("lvsd --check-config and lvsctl config check say the same and end the same") {
  for (const char* file :
       {"conf/lvsd.conf", "conf/examples/dns.conf", "test/lvsctl/files/broken.conf",
        "test/lvsctl/files/keepalived/keepalived.conf", "test/lvsctl/files/nowhere.conf"})
    for (const char* option : {"", " --lenient", " --config-id other"}) {
      INFO(file << option);
      const std::string by_daemon =
          ran("daemon/lvsd --check-config --config " + std::string(file) + option);
      CHECK(by_daemon == ran("lvsctl/lvsctl config check " + std::string(file) + option));
      CHECK((contains(by_daemon, "exit 0\n") || contains(by_daemon, "exit 5\n")));
    }
}

TEST_CASE("lvsd --check-config ends with a code and keeps the lines of its id") {
  const test::TempDir directory;
  const std::string path = (directory / "lvsd.conf").string();
  const auto checked = [&](const std::string& text, const std::string& options = "") {
    std::ofstream(path) << text;
    return ran("daemon/lvsd -t -f " + path + options);
  };
  const std::string file =
      "virtual_server 10.0.0.1 80 {\n  protocol TCP\n  real_server 10.0.0.2 80 {\n  }\n"
      "@lb2 real_server 10.0.0.3 80 {\n@lb2 }\n}\n";
  CHECK(contains(checked(file, " --config-id lb1"), "1 real server;"));
  CHECK(contains(checked(file, " --config-id lb2"), "2 real servers;"));
  CHECK(contains(checked(file, " -i lb2"), "exit 0\n"));
  CHECK(contains(checked("weigth\n"), "exit 5\n"));
  // keepalived survives this one.
  CHECK(contains(checked(file + "weigth\n", " --lenient"), "exit 0\n"));
  CHECK(contains(checked(file + "weigth\n", " --strict"), "exit 5\n"));
  CHECK(contains(checked(file, " --no-such-option"), "exit 2\n"));
}
