#include "lvsctl/client.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "daemon/api_server.h"
#include "test/daemon/raw_client.h"

using namespace lvsd;
using namespace lvsd::ctl;
using namespace lvsd::test;
using namespace std::chrono_literals;
using std::filesystem::path;
using Clock = std::chrono::steady_clock;

namespace {

// Listens, and gives the first client these bytes once it has said something; then closes, or, if
// it is told to, stays silent until it goes.
class FakeDaemon {
 public:
  enum class Then { close, stay_silent };

  explicit FakeDaemon(std::string bytes, Then then = Then::close)
      : bytes_(std::move(bytes)), then_(then) {
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, file().c_str());
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 5) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (client_) ::shutdown(client_.get(), SHUT_RDWR);
    thread_.join();
  }

  path file() const { return dir_ / "s"; }

 private:
  void serve() {
    client_.reset(::accept(listener_.get(), nullptr, nullptr));
    char request[4096];
    if (::recv(client_.get(), request, sizeof request, 0) <= 0) return;
    std::size_t sent = 0;
    while (sent < bytes_.size()) {
      const auto n =
          ::send(client_.get(), bytes_.data() + sent, bytes_.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
    if (then_ == Then::close) ::shutdown(client_.get(), SHUT_RDWR);
  }

  TempDir dir_;
  std::string bytes_;
  Then then_;
  UniqueFd listener_;
  UniqueFd client_;
  std::thread thread_;
};

Answer ask(const path& socket, std::chrono::milliseconds timeout = 5s,
           const ClientLimits& limits = {}) {
  return client(socket, timeout, limits)(api::Method::get, "/api/v1/status", "");
}

// "200 body", or "exit 3: why".
std::string text(const Answer& answer) {
  if (answer) return std::to_string(answer->status) + " " + answer->body;
  return "exit " + std::to_string(static_cast<int>(answer.error().exit)) + ": " +
         answer.error().message;
}

std::string said(std::string bytes, FakeDaemon::Then then = FakeDaemon::Then::close) {
  const FakeDaemon daemon(std::move(bytes), then);
  return text(ask(daemon.file(), 300ms));
}

}  // namespace

TEST_CASE("a daemon that is not there is told from one that may not be asked") {
  const TempDir dir;
  const std::string where = "exit 3: lvsd is not reachable at " + (dir / "s").string() + ": ";
  CHECK(text(ask(dir / "s")) == where + "No such file or directory (is it running?)");
  {
    UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, (dir / "s").c_str());
    REQUIRE(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  CHECK(text(ask(dir / "s")) == where + "Connection refused (is it running?)");
  std::ofstream(dir / "file") << "x";
  CHECK_THAT(text(ask(dir / "file")), Catch::StartsWith("exit 3: "));
  CHECK_THAT(text(ask(dir / std::string(120, 'x').c_str())), Catch::StartsWith("exit 3: "));
}

TEST_CASE("a socket one may not open is a matter of groups") {
  if (::geteuid() != 0) return;  // needs a file that is not ours
  const FakeDaemon daemon("");
  std::filesystem::permissions(daemon.file(), std::filesystem::perms(0600));
  std::string answer;
  REQUIRE(::seteuid(65534) == 0);
  answer = text(ask(daemon.file()));
  REQUIRE(::seteuid(0) == 0);
  CHECK(answer == "exit 7: " + daemon.file().string() +
                      ": Permission denied (reading needs the group lvsd, changing lvsd-admin)");
}

TEST_CASE("any whole answer is an answer") {
  CHECK(said("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") == "200 ok");
  CHECK(said("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n") == "503 ");
  CHECK(
      said("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") ==
      "200 abc");
}

TEST_CASE("a long answer is read whole") {
  const std::string body(5 << 20, 'x');
  const FakeDaemon daemon("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                          "\r\n\r\n" + body);
  const Answer answer = ask(daemon.file());
  REQUIRE(answer.has_value());
  CHECK(answer->body == body);
}

TEST_CASE("a daemon that closes without a word is not there") {
  CHECK_THAT(said(""), Catch::StartsWith("exit 3: ") &&
                           Catch::Contains("it closed the connection (is it running?)"));
}

TEST_CASE("an answer that ends anywhere before its end is no answer") {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  for (std::size_t length = 1; length < whole.size(); ++length)
    CHECK(said(whole.substr(0, length)) ==
          "exit 9: lvsd closed the connection in the middle of its answer");
}

TEST_CASE("what is not HTTP is no answer") {
  CHECK_THAT(said("SSH-2.0-OpenSSH_9.2\r\n"),
             Catch::StartsWith("exit 9: lvsd's answer cannot be read: "));
  CHECK_THAT(said(std::string(1000, '\0')), Catch::StartsWith("exit 9: "));
  CHECK_THAT(said("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), Catch::StartsWith("exit 9: "));
}

TEST_CASE("an answer larger than it may be is not read to its end") {
  const FakeDaemon daemon("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" +
                          std::string(100000, 'x'));
  ClientLimits limits;
  limits.body = 1000;
  CHECK_THAT(text(ask(daemon.file(), 5s, limits)), Catch::StartsWith("exit 9: "));
  CHECK_THAT(said("HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'x') + "\r\n\r\n"),
             Catch::StartsWith("exit 9: "));
}

TEST_CASE("a long answer is handed over while it comes and one that breaks off is no answer") {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string piece = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  std::size_t taken = 0;
  std::size_t longest = 0;
  const auto take = [&](std::string_view some) {
    taken += some.size();
    longest = std::max(longest, some.size());
    return true;
  };
  std::string whole = head;
  for (int i = 0; i < 100; ++i)
    whole += piece;
  {
    const FakeDaemon daemon(whole + "0\r\n\r\n");
    CHECK(text(fetcher(daemon.file(), 5s)("/", take)) == "200 ");
    CHECK(taken == 6553600);
    CHECK(longest < 1000000);
  }
  const FakeDaemon daemon(whole);
  CHECK(text(fetcher(daemon.file(), 5s)("/", take)) ==
        "exit 9: lvsd closed the connection in the middle of its answer");
  CHECK(taken == 2 * 6553600);
}

TEST_CASE("a refusal in the place of a long answer is an answer") {
  const FakeDaemon daemon("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}");
  bool called = false;
  const auto take = [&](std::string_view) { return called = true; };
  CHECK(text(fetcher(daemon.file(), 5s)("/", take)) == "404 {}");
  CHECK_FALSE(called);
}

TEST_CASE("a daemon that does not answer is waited for as long as was said") {
  const auto start = Clock::now();
  CHECK(said("", FakeDaemon::Then::stay_silent) == "exit 6: lvsd did not answer within 300ms");
  CHECK(Clock::now() - start >= 300ms);
  CHECK(Clock::now() - start < 2s);
  const FakeDaemon silent("", FakeDaemon::Then::stay_silent);
  CHECK(text(client(silent.file(), 50ms)(api::Method::post, "/api/v1/config/reload", "")) ==
        "exit 6: lvsd did not answer within 50ms; what was asked may still happen");
  CHECK(said("HTTP/1.1 200 OK\r\n", FakeDaemon::Then::stay_silent) ==
        "exit 6: lvsd did not answer within 300ms");
}

TEST_CASE("a daemon too busy to accept is waited for as long as was said") {
  const TempDir dir;
  UniqueFd busy(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (dir / "s").c_str());
  REQUIRE(::bind(busy.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(busy.get(), 0) == 0);
  const RawClient queued(dir / "s");
  REQUIRE(queued.connected());
  CHECK(text(ask(dir / "s", 300ms)) == "exit 6: lvsd did not answer within 300ms");
}

TEST_CASE("the client and the server of the API understand each other") {
  const TempDir dir;
  boost::asio::io_context loop;
  ApiLimits limits;
  limits.connections = 1;
  limits.reserved = 0;
  auto server = ApiServer::open(
                    loop, {.path = dir / "s", .mode = 0600, .group = {}}, {},
                    [](api::Call call) -> boost::asio::awaitable<api::Response> {
                      if (call.action == api::Action::services)
                        co_return api::Response{.body = std::string(3 << 20, 'x')};
                      co_return api::response(api::no_such_object(call.path["service"], {"web"}));
                    },
                    [](std::string_view) {}, limits)
                    .value();
  auto work = boost::asio::make_work_guard(loop);
  server.start();
  std::thread thread([&] { loop.run(); });

  const Ask ask = client(dir / "s", 5s);
  CHECK(text(ask(api::Method::head, "/api/v1/services", "")) == "200 ");
  const Answer services = ask(api::Method::get, "/api/v1/services", "");
  REQUIRE(services.has_value());
  CHECK(services->body.size() == 3 << 20);
  const auto missing =
      ask(api::Method::get,
          api::path_of(api::Action::service, {{"service", "tcp:[2001:db8::1]:80/a b%c"}}), "");
  REQUIRE(missing.has_value());
  CHECK(missing->status == 404);
  CHECK(api::problem(missing->body)->target == "tcp:[2001:db8::1]:80/a b%c");

  RawClient hog(dir / "s");
  hog.ask("GET /api/v1/services/x HTTP/1.1\r\nHost: l\r\n\r\n");
  const auto turned_away = ask(api::Method::get, "/api/v1/services", "");
  REQUIRE(turned_away.has_value());
  CHECK(turned_away->status == 503);
  CHECK(api::problem(turned_away->body)->detail == "too many connections");

  boost::asio::post(loop, [&] { server.stop(0ms); });
  work.reset();
  thread.join();
}
