#include "daemon/mailer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <mutex>

#include "daemon/die_of.h"
#include "daemon/mail_delivery.h"
#include "test/daemon/log_lines.h"
#include "test/daemon/loop_until.h"
#include "test/fakes/scripted_server.h"

// Mails to servers on this machine that do what they like.

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// The mails that a server took, in its own words.
struct Inbox {
  std::mutex mutex;
  std::vector<std::string> mails;

  void add(const std::string& mail) {
    const std::lock_guard lock(mutex);
    mails.push_back(mail);
  }
  std::size_t size() {
    const std::lock_guard lock(mutex);
    return mails.size();
  }
  std::string at(std::size_t i) {
    const std::lock_guard lock(mutex);
    return mails.at(i);
  }
};

void take_mail(ScriptedServer::Client& client, Inbox& inbox) {
  client.say("220 mail\r\n");
  std::string mail;
  for (const char* answer : {"250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"}) {
    mail += client.hear("\r\n");
    client.say(answer);
  }
  mail += client.hear("\r\n.\r\n");
  inbox.add(mail);  // before it is said: then nobody waits for it any more
  client.say("250 queued\r\n");
  client.hear("QUIT\r\n");
}

struct Bench {
  explicit Bench(const Endpoint& server, std::string name = "127.0.0.1") {
    global.router_id = "lvs1";
    global.mail = {.to = {"ops@example.com"},
                   .from = "lvs@example.com",
                   .server = std::move(name),
                   .port = server.port,
                   .helo_name = "lb1",
                   .connect_timeout = 1s};
    mailer.set(global);
  }
  void finish() {
    auto done = asio::co_spawn(loop, mailer.finished(std::chrono::steady_clock::now() + 10s),
                               asio::use_future);
    loop.restart();
    while (done.wait_for(0s) != std::future_status::ready)
      loop.run_one_for(10ms);
    done.get();
  }
  bool until(const std::function<bool()>& holds) { return lvsd::test::until(loop, holds); }

  test::LogLines lines;
  GlobalSettings global;
  std::string listing = "127.0.0.1       STREAM mail\\n127.0.0.1       DGRAM\\n";
  std::vector<std::string> looked_up;
  asio::io_context loop{1};
  Mailer mailer{
      loop.get_executor(),
      [this](const Script& script, Duration, const Over& over) {
        looked_up = script.argv;
        asio::post(loop, [this, over] { over({.ended = {}, .output = listing, .refusal = {}}); });
      },
      [this](const Endpoint& server, const MailOrder& order, Duration limit, const Posted& over) {
        const auto hand_over = [server, order, limit, over]() -> asio::awaitable<void> {
          const MailOutcome outcome = co_await delivered(server, order, limit);
          over(outcome);
        };
        asio::co_spawn(loop, hand_over, die_of);
      }};
};

}  // namespace

TEST_CASE("a mail arrives with its subject and the server's name is looked up by getent") {
  Inbox inbox;
  const ScriptedServer server([&](ScriptedServer::Client& client) { take_mail(client, inbox); });
  const bool is_name = GENERATE(false, true);
  Bench bench(server.target().endpoint, is_name ? "mail.example.com" : "127.0.0.1");
  bench.mailer.tell({"Realserver [10.0.0.2]:tcp:80 of virtual server [10.0.0.1]:tcp:80 - DOWN",
                     "web/web01 is down.\n.\n"});
  bench.finish();
  REQUIRE(inbox.size() == 1);
  const std::string mail = inbox.at(0);
  CHECK(mail.starts_with(
      "HELO lb1\r\nMAIL FROM:<lvs@example.com>\r\nRCPT TO:<ops@example.com>\r\nDATA\r\nDate: "));
  CHECK(mail.find("\r\nSubject: [lvs1] Realserver [10.0.0.2]:tcp:80 of virtual server "
                  "[10.0.0.1]:tcp:80 - DOWN\r\n") != std::string::npos);
  CHECK(mail.ends_with("\r\n\r\nweb/web01 is down.\r\n..\r\n.\r\n"));
  CHECK(bench.looked_up ==
        (is_name ? std::vector<std::string>{"/usr/bin/getent", "ahosts", "mail.example.com"}
                 : std::vector<std::string>{}));
  CHECK(bench.lines.all().empty());
}

TEST_CASE("many changes at once are ten mails and one that tells the rest") {
  Inbox inbox;
  const ScriptedServer server([&](ScriptedServer::Client& client) { take_mail(client, inbox); });
  Bench bench(server.target().endpoint);
  for (int i = 1; i <= 100; ++i)
    bench.mailer.tell({"change " + std::to_string(i), "text\n"});
  CHECK(bench.until([&] { return inbox.size() == 10; }));
  bench.finish();
  REQUIRE(inbox.size() == 11);
  CHECK(inbox.at(9).find("Subject: [lvs1] change 10\r\n") != std::string::npos);
  CHECK(inbox.at(10).find("Subject: [lvs1] 90 changes, the last: change 100\r\n") !=
        std::string::npos);
}

TEST_CASE("a mail server that does what it likes is left in time and told") {
  struct Case {
    std::string does;
    ScriptedServer::Script script;
    std::string told;
  };
  using Client = ScriptedServer::Client;
  const std::vector<Case> cases = {
      {"says nothing", [](Client& client) { client.hold(); },
       "no answer of the mail server before its greeting"},
      {"drips", [](Client& client) { client.drip(std::string(1000, '2'), 50ms); },
       "no answer of the mail server before its greeting"},
      {"goes on without end", [](Client& client) { client.repeat("220-more\r\n"); },
       "the mail server's answer is not SMTP: 220-more"},
      {"hangs up", [](Client& client) { client.close(); },
       "the mail server hung up before its greeting"},
      {"refuses", [](Client& client) { client.say("554 no\r\n"), client.hold(); },
       "the mail server says as its greeting: 554 no"},
      {"stops in the middle",
       [](Client& client) { client.say("220 hi\r\n"), client.hear("\r\n"), client.hold(); },
       "no answer of the mail server after HELO"},
  };
  for (const Case& one : cases) {
    INFO("a server that " << one.does);
    const ScriptedServer server(one.script);
    Bench bench(server.target().endpoint);
    bench.mailer.tell({"DOWN", "text\n"});
    const auto begin = std::chrono::steady_clock::now();
    bench.finish();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(bench.lines.count("The mail 'DOWN' is not delivered: " + one.told) == 1);
  }
}

TEST_CASE("a mail is tried again where that may help and never holds up the end") {
  const ScriptedServer server([&](ScriptedServer::Client& client) { client.close(); });
  Bench bench(server.target().endpoint);
  bench.mailer.tell({"DOWN", "text\n"});
  CHECK(bench.until([&] {
    return bench.lines.count("The mail 'DOWN' is tried again in a minute: the mail server hung") ==
           1;
  }));
  const auto begin = std::chrono::steady_clock::now();
  bench.finish();
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(bench.lines.count("The mail 'DOWN' is not delivered: ") == 1);
}

TEST_CASE("a mail server without an address is told") {
  Bench bench({}, "nowhere.example.com");
  bench.listing = "";
  bench.mailer.tell({"DOWN", "text\n"});
  bench.finish();
  CHECK(bench.lines.count(
            "The mail 'DOWN' is not delivered: there is no address of 'nowhere.example.com'") == 1);
}

TEST_CASE("nobody is mailed without a server or without addresses") {
  Inbox inbox;
  const ScriptedServer server([&](ScriptedServer::Client& client) { take_mail(client, inbox); });
  Bench bench(server.target().endpoint);
  bench.global.mail.to.clear();
  bench.mailer.set(bench.global);
  bench.mailer.tell({"DOWN", "text\n"});
  bench.finish();
  CHECK(inbox.size() == 0);
}
