#include <catch2/catch.hpp>
#include <fstream>

#include "test/daemon/open_port.h"
#include "test/daemon/site.h"

using namespace lvsd;
using lvsd::test::OpenPort;
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

std::string with(std::string text, const std::string& what, const std::string& other) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += other.size())
    text.replace(at, what.size(), other);
  return text;
}

}  // namespace

TEST_CASE("every example of the page about the API works as it stands there") {
  const std::string port = OpenPort().text();
  Site site("");
  const std::string token = (site.directory / "token").string();
  REQUIRE(ran("umask 077; echo 0123456789abcdef >" + token).exit == 0);
  site.write("global_defs {\n  api {\n    listen 127.0.0.1 " + port +
             "\n    write yes\n    token_file " + token +
             "\n  }\n}\n"
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
    const std::string over_tcp = "127.0.0.1:18080";
    REQUIRE((line.find(there) != line.npos || line.find(over_tcp) != line.npos));
    const Ran answer = ran(with(with(with(line, there, (site.directory / "lvsd.sock").string()),
                                     over_tcp, "127.0.0.1:" + port),
                                "/etc/lvsd/token", token));
    INFO(line << "\n" << answer.output);
    const bool goes_on = line.find("--max-time") != line.npos;
    CHECK(answer.exit == (goes_on ? 28 : 0));  // 28: the time is over
    CHECK(answer.output.find(goes_on ? "data: {" : "{") != std::string::npos);
  }
  CHECK(tried > 12);
  CHECK(site.stop() == exit_done);
}
