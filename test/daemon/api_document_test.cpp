#include <catch2/catch.hpp>
#include <fstream>

#include "test/daemon/site.h"

using namespace lvsd;
using lvsd::test::Site;

namespace {

// What a command of the shell prints, and its exit code.
struct Ran {
  int exit = -1;
  std::string output;
};

Ran ran(const std::string& command) {
  Ran result;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t got = 0; (got = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    result.output.append(buffer, got);
  result.exit = WEXITSTATUS(::pclose(pipe));
  return result;
}

}  // namespace

TEST_CASE("every example of the page about the API works as it stands there") {
  Site site(
      "virtual_server 10.0.0.1 80 {\n  name web\n  protocol TCP\n  lvs_method NAT\n"
      "  real_server 10.0.0.2 80 {\n    name web01\n    weight 1\n  }\n"
      "  real_server 10.0.0.3 80 {\n    name web02\n    weight 1\n  }\n}\n");
  site.up();
  std::ifstream page(LVSD_SOURCE_DIR "/docs/api.md");
  const std::string there = "/run/lvsd/lvsd.sock";
  int tried = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("    curl ")) continue;
    ++tried;
    REQUIRE(line.find(there) != line.npos);
    std::string command = line;
    command.replace(command.find(there), there.size(), (site.directory / "lvsd.sock").string());
    const Ran answer = ran(command);
    INFO(line << "\n" << answer.output);
    const bool goes_on = line.find("--max-time") != line.npos;
    CHECK(answer.exit == (goes_on ? 28 : 0));  // 28: the time is over
    CHECK(answer.output.find(goes_on ? "data: {" : "{") != std::string::npos);
  }
  CHECK(tried > 12);
  CHECK(site.stop() == exit_done);
}
