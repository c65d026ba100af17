#include "daemon/api_server.h"

#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "test/daemon/raw_client.h"

using namespace lvsd;
using namespace std::chrono_literals;
using namespace lvsd::test;
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::string_view get_status = "GET /api/v1/status HTTP/1.1\r\nHost: l\r\n\r\n";
constexpr std::string_view get_version = "GET /api/v1/version HTTP/1.1\r\nHost: l\r\n\r\n";
constexpr std::string_view post_reload =
    "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\nContent-Length: 0\r\n\r\n";

std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}
bool is(int status, const std::string& answer) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

ApiLimits quick() {
  ApiLimits limits;
  limits.idle = 300ms;
  limits.write = 300ms;
  limits.accept_pause = 20ms;
  return limits;
}

// Ten digits a piece, every third one empty.
class Counting final : public api::Pieces {
 public:
  explicit Counting(int pieces) : left_(pieces) {}
  void next(Take take) override {
    if (left_-- == 0) return take(std::nullopt);
    take(left_ % 3 == 0 ? std::string() : std::string("0123456789"));
  }

 private:
  int left_;
};

// A server in a loop of its own. Answers: connections in pieces, few with a limit and else many;
// version gives "v", status its body's, the path's or the query's words; services 16 MB; readyz
// throws; healthz waits until `released`.
class Daemon {
 public:
  template <class F>
  auto on_loop(F f) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto done = task.get_future();
    asio::post(loop_, [&task] { task(); });
    return done.get();
  }

  explicit Daemon(ApiLimits limits = {}, mode_t mode = 0660, uid_t daemon_uid = ::geteuid())
      : limits_(limits), mode_(mode), writers_{.daemon = daemon_uid, .admin_group = {}} {
    server_.emplace(open().value());
    work_.emplace(loop_.get_executor());
    thread_ = std::thread([this] { loop_.run(); });
    on_loop([this] { server_->start(); });
  }
  ~Daemon() {
    if (!loop_ended()) on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
    server_.reset();
  }

  Result<ApiServer> open() {
    return ApiServer::open(
        loop_, {.path = path(), .mode = mode_, .group = {}}, writers_,
        [this](api::Call call) { return answer(std::move(call)); },
        [this](std::string_view line) {
          const std::lock_guard lock(mutex_);
          reports_ += std::string(line) + "\n";
        },
        limits_);
  }

  std::filesystem::path path() const { return dir_ / "lvsd.sock"; }
  std::size_t connections() {
    return on_loop([this] { return server_->connections(); });
  }
  std::string reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  std::vector<api::Call> calls() {
    return on_loop([this] { return calls_; });
  }
  ApiServer& server() { return *server_; }
  void let_loop_end() { work_.reset(); }
  bool loop_ended() const { return loop_.stopped(); }

  asio::awaitable<api::Response> answer(api::Call call) {
    calls_.push_back(call);
    api::Response response{.content_type = "text/plain", .body = "v"};
    switch (call.action) {
      case api::Action::service:
        response.body = call.path.at("service");
        break;
      case api::Action::services:
        response.body.assign(16 << 20, 'x');
        break;
      case api::Action::ready:
        throw std::runtime_error("the answer broke");
      case api::Action::alive: {
        boost::system::error_code ignored;
        released.expires_at(asio::steady_timer::time_point::max());
        co_await released.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        response.body = "released";
        break;
      }
      case api::Action::reload:
        response.body = call.body;
        break;
      case api::Action::connections:
        response.body = "[";
        response.pieces = std::make_shared<Counting>(call.query.contains("limit") ? 40 : 100000);
        break;
      default:
        break;
    }
    co_return response;
  }

 private:
  TempDir dir_;
  asio::io_context loop_;
  ApiLimits limits_;
  mode_t mode_;
  api::Writers writers_;
  std::mutex mutex_;
  std::string reports_;
  std::vector<api::Call> calls_;
  std::optional<ApiServer> server_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::thread thread_;

 public:
  asio::steady_timer released{loop_};
};

}  // namespace

TEST_CASE("a client is answered and may ask again on the same connection") {
  Daemon daemon;
  RawClient client(daemon.path());
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.ask(get_version);
    CHECK(status_line(answer) == "HTTP/1.1 200 OK");
    CHECK_THAT(answer, Catch::Contains("Content-Type: text/plain\r\n"));
    CHECK_THAT(answer, Catch::EndsWith("\r\n\r\nv"));
  }
  CHECK(daemon.connections() == 1);
  client.close();
  CHECK(eventually([&] { return daemon.connections() == 0; }));
}

TEST_CASE("a client that says close is closed after its answer") {
  Daemon daemon;
  for (const char* request :
       {"GET /api/v1/version HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n",
        "GET /api/v1/version HTTP/1.0\r\n\r\n"}) {
    RawClient client(daemon.path());
    CHECK(is(200, client.ask(request)));
    CHECK(client.is_closed());
  }
}

TEST_CASE("an answer in pieces comes in chunks and the next request is answered after it") {
  Daemon daemon;
  RawClient client(daemon.path());
  client.send(
      "GET /api/v1/connections?limit=1 HTTP/1.1\r\nHost: l\r\n\r\n"
      "GET /api/v1/version HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
  const std::string all = client.rest();
  CHECK_THAT(all, Catch::Contains("Transfer-Encoding: chunked\r\n"));
  CHECK_THAT(all, Catch::Contains("\r\n\r\n1\r\n[\r\na\r\n0123456789\r\n"));
  CHECK_THAT(all, Catch::Contains("0123456789\r\n0\r\n\r\nHTTP/1.1 200 OK"));
  CHECK_THAT(all, Catch::EndsWith("\r\n\r\nv"));
  std::size_t chunks = 0;
  for (std::size_t at = 0; (at = all.find("\r\na\r\n", at)) != all.npos; ++at)
    ++chunks;
  CHECK(chunks == 26);
}

TEST_CASE("a client that leaves or stops reading amid the pieces delays nobody") {
  Daemon daemon(quick());
  RawClient leaves(daemon.path());
  leaves.send("GET /api/v1/connections HTTP/1.1\r\nHost: l\r\n\r\n");
  leaves.close();
  RawClient idle(daemon.path());
  idle.send("GET /api/v1/connections HTTP/1.1\r\nHost: l\r\n\r\n");
  RawClient other(daemon.path());
  CHECK(is(200, other.ask(get_version)));
  CHECK(eventually([&] { return daemon.connections() <= 1; }));
}

TEST_CASE("HEAD gives the length of the body and no body") {
  Daemon daemon;
  RawClient client(daemon.path());
  client.send("HEAD /api/v1/services HTTP/1.1\r\nHost: l\r\n\r\n");
  const std::string answer = client.answer(false);
  CHECK(is(200, answer));
  CHECK_THAT(answer, Catch::Contains("Content-Length: 16777216\r\n"));
  CHECK_THAT(client.ask(get_version), Catch::EndsWith("\r\n\r\nv"));
}

TEST_CASE("pipelined requests are answered in their order") {
  Daemon daemon;
  RawClient client(daemon.path());
  std::string requests;
  for (int i = 0; i < 500; ++i)
    requests += "GET /api/v1/services/s" + std::to_string(i) + " HTTP/1.1\r\nHost: l\r\n\r\n";
  std::thread writer([&] { client.send(requests); });
  for (int i = 0; i < 500; ++i)
    CHECK_THAT(client.answer(), Catch::EndsWith("\r\n\r\ns" + std::to_string(i)));
  writer.join();
}

TEST_CASE("a request may come byte by byte and its body in chunks") {
  Daemon daemon;
  RawClient client(daemon.path());
  for (const char c :
       std::string("POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    client.send(std::string_view(&c, 1));
  CHECK_THAT(client.answer(), Catch::EndsWith("\r\n\r\nabcde"));
}

TEST_CASE("a client that waits for 100-continue is told to go on") {
  Daemon daemon;
  RawClient client(daemon.path());
  client.send(
      "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\nContent-Length: 3\r\n"
      "Expect: 100-continue\r\n\r\n");
  CHECK(status_line(client.answer()) == "HTTP/1.1 100 Continue");
  CHECK_THAT(client.ask("abc"), Catch::EndsWith("\r\n\r\nabc"));
}

TEST_CASE("what is not HTTP gets a problem and the door") {
  Daemon daemon;
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("hello\r\n\r\n"), std::string("GET /api/v1/status\r\n\r\n"),
        std::string("GET  /a HTTP/1.1\r\n\r\n"), std::string("GET /api/v1/status HTTP/3.0\r\n\r\n"),
        std::string("GET /api/v1/status HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("GET /api/v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string(
            "GET /api/v1/status HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        std::string("POST /api/v1/config/reload HTTP/1.1\r\nContent-Length: 3\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        std::string(
            "POST /api/v1/config/reload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string(100, '\0')}) {
    RawClient client(daemon.path());
    const std::string answer = client.ask(garbage);
    INFO(garbage << "\n" << answer);
    CHECK(is(400, answer));
    CHECK_THAT(answer, Catch::Contains("Content-Type: application/problem+json\r\n"));
    CHECK_THAT(answer, Catch::Contains("Connection: close\r\n"));
    CHECK(client.is_closed());
  }
  CHECK(daemon.calls().empty());
}

TEST_CASE("unknown paths and methods are refused and the connection lives on") {
  Daemon daemon;
  RawClient client(daemon.path());
  CHECK(is(404, client.ask("GET /nowhere HTTP/1.1\r\nHost: l\r\n\r\n")));
  CHECK(is(405, client.ask("DELETE /api/v1/status HTTP/1.1\r\nHost: l\r\n\r\n")));
  CHECK(is(400, client.ask("GET /api/v1/status?%zz HTTP/1.1\r\nHost: l\r\n\r\n")));
  CHECK(is(200, client.ask(get_version)));
  CHECK(daemon.calls().size() == 1);
  CHECK(is(501, client.ask("BREW /pot HTTP/1.1\r\nHost: l\r\n\r\n")));
}

TEST_CASE("a body over the limit is refused before it is read") {
  ApiLimits limits = quick();
  limits.writer_body = limits.body;
  Daemon daemon(limits);
  const std::string start = "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\n";
  RawClient announced(daemon.path());
  CHECK(is(413, announced.ask(start + "Content-Length: 1048577\r\n\r\n")));
  CHECK(announced.is_closed());

  RawClient chunked(daemon.path());
  chunked.send(start + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 17 && chunked.send(chunk); ++i) {
  }
  CHECK(is(413, chunked.answer()));
  CHECK(chunked.is_closed());

  RawClient just_fits(daemon.path());
  const std::string body(1048576, 'x');
  CHECK(is(200, just_fits.ask(start + "Content-Length: 1048576\r\n\r\n" + body)));
  CHECK(daemon.calls().size() == 1);
}

TEST_CASE("a page in a browser changes nothing through the Unix socket and may read") {
  Daemon daemon(quick());
  RawClient page(daemon.path());
  const std::string from = "Host: localhost\r\nOrigin: http://evil.example\r\n";
  CHECK(is(200, page.ask("GET /api/v1/services/web HTTP/1.1\r\n" + from + "\r\n")));
  CHECK(is(403, page.ask("POST /api/v1/config/reload HTTP/1.1\r\n" + from +
                         "Content-Length: 900000\r\n\r\n" + std::string(65536, 'x'))));
  CHECK(page.is_closed());
  CHECK(daemon.calls().size() == 1);
  CHECK_THAT(daemon.reports(), Catch::Contains("POST /api/v1/config/reload by uid"));
}

TEST_CASE("those who may write may send more than others") {
  ApiLimits limits = quick();
  limits.body = 100;
  limits.writer_body = 1000;
  Daemon daemon(limits);
  const std::string start = "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\nContent-Length: ";
  RawClient fits(daemon.path());
  CHECK(is(200, fits.ask(start + "1000\r\n\r\n" + std::string(1000, 'x'))));
  RawClient too_long(daemon.path());
  CHECK(is(413, too_long.ask(start + "1001\r\n\r\n")));
}

TEST_CASE("a header over the limit is refused however it grows") {
  Daemon daemon;
  for (const std::string& request :
       {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n", [] {
          std::string many = "GET / HTTP/1.1\r\n";
          for (int i = 0; i < 5000; ++i)
            many += "a: b\r\n";
          return many + "\r\n";
        }()}) {
    RawClient client(daemon.path());
    CHECK(is(431, client.ask(request)));
    CHECK(client.is_closed());
  }
  RawClient endless(daemon.path());
  endless.send(
      "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  for (int i = 0; i < 100 && endless.send(std::string(65536, 'e')); ++i) {
  }
  CHECK(eventually([&] { return daemon.connections() == 0; }));
  CHECK(daemon.calls().empty());
}

TEST_CASE("a client that leaves at any byte of its request leaves nothing behind") {
  Daemon daemon;
  const std::string request =
      "POST /api/v1/config/reload HTTP/1.1\r\nHost: l\r\nContent-Length: 3\r\n\r\nabc";
  for (std::size_t length = 0; length < request.size(); ++length) {
    RawClient client(daemon.path());
    client.send(std::string_view(request).substr(0, length));
    if (length % 2 == 0) client.stop_sending();
  }
  CHECK(eventually([&] { return daemon.connections() == 0; }));
  CHECK(daemon.calls().empty());
  CHECK(is(200, RawClient(daemon.path()).ask(request)));
  CHECK(daemon.reports() == "POST /api/v1/config/reload by uid " + std::to_string(::geteuid()) +
                                " pid " + std::to_string(::getpid()) + ": 200\n");
}

TEST_CASE("a client that leaves while its answer is on the way leaves nothing behind") {
  Daemon daemon;
  for (int i = 0; i < 20; ++i) {
    RawClient client(daemon.path());
    client.send("GET /api/v1/services HTTP/1.1\r\nHost: l\r\n\r\n");
  }
  CHECK(eventually([&] { return daemon.connections() == 0; }));
  CHECK(is(200, RawClient(daemon.path()).ask(get_version)));
}

TEST_CASE("a client that sends too slowly is dropped after the idle time") {
  Daemon daemon(quick());
  const auto start = Clock::now();
  RawClient silent(daemon.path());
  RawClient slow(daemon.path());
  // A byte now and then does not prolong its time.
  const std::string request(get_version);
  std::size_t sent = 0;
  while (sent < request.size() && Clock::now() - start < 3s &&
         slow.send(std::string_view(request).substr(sent, 1))) {
    ++sent;
    std::this_thread::sleep_for(50ms);
  }
  CHECK(sent < request.size());
  CHECK(slow.is_closed());
  CHECK(silent.is_closed());
  CHECK(Clock::now() - start >= 300ms);
  CHECK(Clock::now() - start < 2s);
}

TEST_CASE("a client that never reads is dropped and delays nobody") {
  ApiLimits limits = quick();
  limits.write = 1500ms;
  Daemon daemon(limits);
  std::vector<RawClient> deaf;
  for (int i = 0; i < 10; ++i) {
    deaf.emplace_back(daemon.path());
    deaf.back().send("GET /api/v1/services HTTP/1.1\r\nHost: l\r\n\r\n");
  }
  RawClient polite(daemon.path());
  REQUIRE(eventually([&] { return daemon.connections() == 11; }));
  int answered = 0;
  for (; daemon.connections() > 1; ++answered)
    REQUIRE(is(200, polite.ask(get_version)));
  // Had the loop waited for one of the deaf, the first answer would have come when all were gone.
  CHECK(answered >= 2);
}

TEST_CASE("a client that takes its time with a long answer gets all of it") {
  Daemon daemon(quick());
  RawClient client(daemon.path());
  client.send("GET /api/v1/services HTTP/1.1\r\nHost: l\r\n\r\n");
  const auto start = Clock::now();
  for (int i = 0; i < 6; ++i) {
    REQUIRE(client.take_in(2 << 20));
    std::this_thread::sleep_for(100ms);  // its pace: always something within the write deadline
  }
  CHECK(client.answer().size() > (16U << 20));
  CHECK(Clock::now() - start > 2 * quick().write);
}

TEST_CASE("of three hundred clients at once the first are served and the rest are told") {
  ApiLimits limits;
  limits.reserved = 0;
  Daemon daemon(limits);
  std::vector<RawClient> clients;
  for (int i = 0; i < 300; ++i)
    clients.emplace_back(daemon.path());
  int served = 0, refused = 0;
  for (RawClient& client : clients) {
    const std::string answer = client.ask(get_version);
    served += is(200, answer);
    refused += is(503, answer) && answer.find("\"too many connections\"") != answer.npos;
  }
  CHECK(served == 256);
  CHECK(refused == 44);
  clients.clear();
  CHECK(eventually([&] { return daemon.connections() == 0; }));
  CHECK(is(200, RawClient(daemon.path()).ask(get_version)));
}

TEST_CASE("who may write still gets in when readers have taken every place") {
  ApiLimits limits;
  limits.connections = 2;
  limits.reserved = 1;
  Daemon daemon(limits);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(daemon.path());
    CHECK(is(200, clients.back().ask(get_version)));
  }
  CHECK(is(503, RawClient(daemon.path()).ask(get_version)));
}

TEST_CASE("an answer that throws is a 500 for its client and nothing for the others") {
  Daemon daemon;
  RawClient other(daemon.path());
  RawClient client(daemon.path());
  const std::string answer = client.ask("GET /readyz HTTP/1.1\r\nHost: l\r\n\r\n");
  CHECK(is(500, answer));
  CHECK_THAT(answer, Catch::Contains("the answer broke"));
  CHECK(client.is_closed());
  CHECK(daemon.reports() == "an answer of the API failed: the answer broke\n");
  CHECK(is(200, other.ask(get_version)));
}

TEST_CASE("the caller is known by what the kernel says of it") {
  Daemon daemon;
  CHECK(is(200, RawClient(daemon.path()).ask(get_version)));
  const auto calls = daemon.calls();
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].peer.uid == ::geteuid());
  CHECK(calls[0].peer.gid == ::getegid());
  CHECK(calls[0].peer.pid == ::getpid());
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  REQUIRE(::getgroups(static_cast<int>(groups.size()), groups.data()) >= 0);
  CHECK(calls[0].peer.groups == groups);
}

TEST_CASE("a reader is refused a change and the log says who it was") {
  // As root the client's thread becomes somebody else; else the daemon says it is somebody else.
  const bool root = ::geteuid() == 0;
  const uid_t uid = root ? 65534 : ::geteuid();
  Daemon daemon({}, 0666, root ? 0 : ::geteuid() + 1);
  std::string read, write;
  std::thread other([&] {
    if (root) ::syscall(SYS_setresuid, uid, uid, uid);
    RawClient client(daemon.path());
    write = client.ask(post_reload);
    read = client.ask(get_status);
  });
  other.join();
  CHECK(is(403, write));
  CHECK_THAT(write, Catch::Contains("lvsd-admin"));
  CHECK(is(200, read));
  CHECK_THAT(daemon.reports(), Catch::StartsWith("POST /api/v1/config/reload by uid " +
                                                 std::to_string(uid) + " pid ") &&
                                   Catch::EndsWith(": 403\n"));
}

TEST_CASE("when there are no descriptors left a client is told and the server recovers") {
  TempDir dir;
  const std::filesystem::path path = dir / "s";
  asio::io_context loop;
  std::string reports;
  auto server =
      ApiServer::open(
          loop, {.path = path, .mode = 0600, .group = {}}, {},
          [](api::Call) -> asio::awaitable<api::Response> { co_return api::Response{.body = "v"}; },
          [&](std::string_view line) { reports += std::string(line) + "\n"; }, quick())
          .value();
  RawClient first(path), second(path), third(path);  // in the queue, not accepted yet
  const UniqueFd lowest(::dup(0));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none_left{static_cast<rlim_t>(lowest.get()), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none_left) == 0);
  server.start();
  loop.run_for(30ms);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(is(503, first.answer()));
  CHECK_THAT(reports, Catch::StartsWith("the API cannot accept connections: "));
  CHECK(std::count(reports.begin(), reports.end(), '\n') == 1);

  third.send(get_version);
  loop.run_for(200ms);
  CHECK_THAT(third.answer(), Catch::EndsWith("\r\n\r\nv"));
  server.stop(0ms);
  loop.run_for(1s);
}

TEST_CASE("stopping answers the call under way and closes who waits and takes the file away") {
  Daemon daemon;
  RawClient idle(daemon.path());
  CHECK(is(200, idle.ask(get_version)));
  RawClient half(daemon.path());
  half.send("GET /api/v1/sta");
  RawClient busy(daemon.path());
  busy.send("GET /healthz HTTP/1.1\r\nHost: l\r\n\r\n");
  REQUIRE(eventually([&] { return daemon.calls().size() == 2; }));

  daemon.on_loop([&] { daemon.server().stop(5s); });
  CHECK_FALSE(std::filesystem::exists(daemon.path()));
  CHECK_FALSE(RawClient(daemon.path()).connected());
  CHECK(idle.is_closed());
  CHECK(half.is_closed());
  daemon.on_loop([&] { daemon.released.cancel(); });
  const std::string answer = busy.answer();
  CHECK_THAT(answer, Catch::EndsWith("\r\n\r\nreleased"));
  CHECK_THAT(answer, Catch::Contains("Connection: close\r\n"));
  CHECK(busy.is_closed());
  daemon.let_loop_end();  // nothing of the server keeps it: not the rest of the grace either
  CHECK(eventually([&] { return daemon.loop_ended(); }));
}

TEST_CASE("stopping does not wait longer than its grace") {
  Daemon daemon;
  RawClient deaf(daemon.path());
  deaf.send("GET /api/v1/services HTTP/1.1\r\nHost: l\r\n\r\n");
  REQUIRE(eventually([&] { return daemon.calls().size() == 1; }));
  const auto start = Clock::now();
  daemon.on_loop([&] { daemon.server().stop(100ms); });
  CHECK(eventually([&] { return daemon.connections() == 0; }));
  CHECK(Clock::now() - start < 2s);
}
