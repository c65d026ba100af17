#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/lvsd_config.h"

// The API over TCP, as a client on another machine meets it.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

const std::string url = "http://10.0.0.254:18080";
const std::string url6 = "http://[2001:db8::fe]:18080";

std::string with_api(const std::string& lines) {
  return "global_defs {\n  api {\n" + lines + "  }\n}\n" + service_config({});
}

// The status that curl sees from the client, "000" where nobody answers; more arguments in front.
std::string status(const TestNet& net, const std::string& where, Command more = {}) {
  Command command{"sh", "-c",
                  "curl --max-time 3 -s -o /dev/null -w '%{http_code}' \"$@\" || :", "curl"};
  command.insert(command.end(), more.begin(), more.end());
  command.push_back(where);
  return net.client().output_of(command).substr(0, 3);
}

}  // namespace

TEST_CASE("a machine next door reads over TCP and changes only with the token") {
  TestNet net(2);
  DaemonFolder folder;
  const std::string listen = "    listen 10.0.0.254 18080\n    listen 2001:db8::fe 18080\n";
  folder.write_config(with_api(listen));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();

  const std::string drain =
      url + "/api/v1/services/tcp:10.0.0.100:80/servers/10.0.1.1:80/drain?reason=test";
  for (const std::string& base : {url, url6})
    for (const char* path : {"/", "/healthz", "/readyz", "/metrics", "/api/v1/status",
                             "/services/tcp:10.0.0.100:80/health"}) {
      INFO(base << path);
      CHECK(status(net, base + path) == "200");
    }
  CHECK(status(net, drain, {"-X", "POST", "-H", "Authorization: Bearer 0123456789abcdef"}) ==
        "403");
  CHECK(status(net, url + "/readyz", {"-H", "Host: evil.example"}) == "421");

  const auto token = folder.config().parent_path() / "token";
  std::ofstream(token) << "0123456789abcdef\n";
  std::filesystem::permissions(token, std::filesystem::perms(0400));
  lvsd.reload(with_api(listen + "    write yes\n    token_file " + token.string() + "\n"));
  CHECK(eventually(5s, [&] { return status(net, drain, {"-X", "POST"}) == "401"; }));
  CHECK(net.director().output_of({"ipvsadm", "-Sn"}).find("10.0.1.1:80 -m -w 1") !=
        std::string::npos);
  CHECK(status(net, drain, {"-X", "POST", "-H", "Authorization: Bearer 0123456789abcdef"}) ==
        "200");
  CHECK(net.director().output_of({"ipvsadm", "-Sn"}).find("10.0.1.1:80 -m -w 1") ==
        std::string::npos);
  CHECK(lvsd.logged("from 10.0.0.1:"));

  lvsd.reload(service_config({}));
  CHECK(eventually(5s, [&] { return status(net, url + "/readyz") == "000"; }));
  CHECK(ask(folder.socket(), "GET /readyz").status == 200);
}

TEST_CASE("events reach a browser's machine while they happen") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(with_api("    listen 0.0.0.0 18080\n    listen :: 18080\n"));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  Process follow(net.client().net,
                 {"curl", "-sSN", "-H", "Accept: text/event-stream", url + "/api/v1/events"});
  REQUIRE(eventually(5s, [&] { return follow.output().find("serves 1") != std::string::npos; }));
  net.web(2).set(Mood::stopped);
  CHECK(eventually(
      8s, [&] { return follow.output().find("\"server\":\"10.0.1.2:80\"") != std::string::npos; }));
}

TEST_CASE(
    "an address that is not here yet is listened on when it comes and traffic does not wait") {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(with_api("    listen 10.0.0.77 18080\n"));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(lvsd.logged("Cannot assign requested address"));
  CHECK(net.client().output_of({"curl", "-sS", "--max-time", "3", "http://10.0.0.100/"}) != "");
  net.director().output_of({"ip", "address", "add", "10.0.0.77/24", "dev", "front"});
  CHECK(eventually(10s, [&] { return status(net, "http://10.0.0.77:18080/readyz") == "200"; }));
}
