#include <catch2/catch.hpp>
#include <mutex>

#include "test/fakes/scripted_server.h"
#include "test/kernel/policy_site.h"

// Mail of what happens to servers, from a whole daemon with its checkers.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// A mail server on the director; what it was told.
struct MailServer {
  explicit MailServer(const NetworkNamespace& where) {
    const Inside there(where);
    server.emplace([this](ScriptedServer::Client& client) { take(client); });
  }
  void take(ScriptedServer::Client& client) {
    client.say("220 mail\r\n");
    for (const char* answer : {"250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
      client.hear("\r\n");
      client.say(answer);
    }
    const std::string mail = client.hear("\r\n.\r\n");
    client.say("250 queued\r\n");
    const std::lock_guard lock(mutex);
    all += mail;
  }
  bool has(const std::string& words) {
    return eventually(10s, [&] {
      const std::lock_guard lock(mutex);
      return all.find(words) != std::string::npos;
    });
  }

  std::mutex mutex;
  std::string all;
  std::optional<ScriptedServer> server;
};

}  // namespace

TEST_CASE("servers that are killed and come back are mailed and a hung mail server holds nothing") {
  const bool by_name = GENERATE(false, true);
  TestNet net(2);
  MailServer mail(net.director().net);
  const std::string global = fmt::format(
      "global_defs {{\n  router_id lb1\n  script_user root\n  smtp_alert_checker yes\n"
      "  smtp_server {} {}\n  smtp_connect_timeout 2\n  notification_email {{\n    "
      "ops@example.com\n"
      "  }}\n}}\n",
      by_name ? "localhost" : "127.0.0.1", mail.server->target().endpoint.port);
  const DaemonFolder folder;
  folder.write_config(global + service_config({.servers = 1}));
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(mail.has("Subject: [lb1] Virtualserver [10.0.0.100]:tcp:80 - UP\r\n"));
  net.web(1).set(Mood::stopped);
  CHECK(
      mail.has("Subject: [lb1] Realserver [10.0.1.1]:tcp:80 of virtual server "
               "[10.0.0.100]:tcp:80 - DOWN\r\n"));
  CHECK(mail.has("\r\nIts check: Layer4"));
  CHECK(mail.has("Subject: [lb1] Virtualserver [10.0.0.100]:tcp:80 - DOWN\r\n"));

  // Nobody listens any more: the next mails wait, and no server waits for them.
  mail.server.reset();
  net.web(1).set(Mood::answers);
  CHECK(eventually(5s, [&] { return ipvs_table(net.director().net) == service_table({}, {1}); }));
  CHECK(eventually(10s, [&] { return lvsd.logged("is tried again in a minute: "); }));
  lvsd.send(SIGTERM);
  CHECK(lvsd.exit_code(5s) == 0);
}
