#include "daemon/probe_tcp.h"

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <vector>

#include "base/unique_fd.h"
#include "health/judgement.h"
#include "test/fakes/finished.h"
#include "test/fakes/scripted_server.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Observation probed(const CheckTarget& target, Duration timeout) {
  return finished(probe_tcp(target, timeout));
}

struct Listener {
  asio::io_context loop;
  tcp::acceptor acceptor;

  explicit Listener(const char* address = "127.0.0.1", int backlog = 16) : acceptor(loop) {
    const tcp::endpoint any_port(asio::ip::make_address(address), 0);
    acceptor.open(any_port.protocol());
    acceptor.bind(any_port);
    acceptor.listen(backlog);
  }
  CheckTarget target() const {
    const auto local = acceptor.local_endpoint();
    return {.endpoint = {*parse_address(local.address().to_string()), local.port()}};
  }
};

}  // namespace

TEST_CASE("a TCP check passes when the connection is established - IPv4 and IPv6") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const Listener server(address);
    const Observation seen = probed(server.target(), 2s);
    CHECK(text(seen.result) == "L4OK");
    CHECK(seen.code == 0);
    CHECK(seen.duration < 2s);
  }
}

TEST_CASE("a refused connection is L4CON with the errno") {
  Listener server;
  const auto target = server.target();
  server.acceptor.close();
  const Observation seen = probed(target, 2s);
  CHECK(text(seen.result) == "L4CON");
  CHECK(seen.code == ECONNREFUSED);
  CHECK(seen.text == "Connection refused");
}

TEST_CASE("a server that does not answer is L4TOUT at the deadline and not before") {
  // A full accept queue makes loopback drop the SYN.
  Listener server("127.0.0.1", 0);
  const auto address = server.acceptor.local_endpoint();
  std::vector<UniqueFd> queued;
  for (int i = 0; i < 4; ++i) {
    queued.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(queued.back().get(), address.data(), static_cast<socklen_t>(address.size()));
  }
  const Observation seen = probed(server.target(), 200ms);
  CHECK(text(seen.result) == "L4TOUT");
  CHECK(seen.duration >= 200ms);
}

TEST_CASE("a source address that is not ours is our failure and not the server's") {
  const Listener server;
  auto target = server.target();
  target.bind_address = parse_address("192.0.2.1");
  const Observation seen = probed(target, 1s);
  CHECK(text(seen.result) == "SOCKERR");
  CHECK(seen.code == EADDRNOTAVAIL);
  CHECK(verdict(seen.result) == Verdict::unknown);
}

TEST_CASE("the source address and port of a check are the configured ones") {
  Listener server;
  auto target = server.target();
  target.bind_address = parse_address("127.0.0.9");
  REQUIRE(text(probed(target, 1s).result) == "L4OK");
  tcp::endpoint client;
  server.acceptor.accept(client);
  CHECK(client.address().to_string() == "127.0.0.9");
}

TEST_CASE("running out of descriptors is our failure and not the server's") {
  const Listener server;
  const auto target = server.target();
  asio::io_context loop;
  const asio::steady_timer loop_has_its_descriptors(loop);
  auto result = asio::co_spawn(loop, probe_tcp(target, 1s), asio::use_future);

  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{3, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  loop.run();
  setrlimit(RLIMIT_NOFILE, &before);

  const Observation seen = result.get();
  CHECK(text(seen.result) == "SOCKERR");
  CHECK(seen.code == EMFILE);
}

TEST_CASE("a TCP check with expect passes when what the server says matches") {
  const auto outcome = [](const TcpCheck& check, const ScriptedServer::Script& script,
                          Duration timeout = 2s) {
    const ScriptedServer server(script);
    const Pattern expected(check.expect, "");
    const Observation seen =
        finished(probe_tcp_dialogue(check, expected, server.target(), timeout));
    return text(Judgement{seen.result, seen.code, seen.text});
  };
  using Client = ScriptedServer::Client;
  const auto redis = [](Client& client) {
    if (client.hear("PING\r\n") != "PING\r\n") return;
    client.say("+PO");
    client.say("NG\r\n");
    client.hold();
  };
  const TcpCheck ping{.send = "PING\r\n", .expect = "^\\+PONG"};
  CHECK(outcome(ping, redis) == "L7OK +PONG\\r\\n");
  CHECK(outcome({.expect = "^220 "}, [](Client& client) { client.say("220 hi\r\n"); }) ==
        "L7OK 220 hi\\r\\n");
  CHECK(outcome({.send = "x"}, [](Client& client) { client.hold(); }) == "L7OK");

  CHECK(outcome(
            ping, [](Client& client) { client.hold(); }, 100ms) == "L7TOUT no answer");
  CHECK(outcome(ping, [](Client& client) { client.hear("\n"); }) ==
        "L7RSP closed without an answer");
  CHECK(outcome(ping, [](Client& client) {
          client.hear("\n");
          client.say("-ERR\r\n");
        }) == "L7RSP not the expected answer: -ERR\\r\\n");
  CHECK(outcome(ping, [](Client& client) {
          client.hear("\n");
          client.reset();
        }) == "L7RSP/104 Connection reset by peer");
  CHECK(outcome(ping, [](Client& client) {
          client.repeat("no");
        }).starts_with("L7RSP not the expected answer: nono"));
  CHECK(outcome(
            ping, [](Client& client) { client.drip(std::string(100, 'x'), 20ms); }, 100ms)
            .starts_with("L7TOUT not the expected answer: x"));
  CHECK(outcome({.expect = "(?=x)"}, redis).starts_with("SOCKERR expect: "));
}
