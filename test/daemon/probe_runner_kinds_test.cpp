#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>

#include "daemon/probe_runner.h"
#include "daemon/probe_settings.h"
#include "health/judgement.h"
#include "health/observe.h"
#include "test/fakes/scripted_server.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Client = ScriptedServer::Client;

namespace {

std::string outcome(const Observation& seen) {
  return text(Judgement{seen.result, seen.code, seen.text});
}

Check checking(Probe probe, const CheckTarget& target, CheckPolicy policy) {
  return {.settings = std::make_shared<CheckSettings>(CheckSettings{std::move(probe), policy}),
          .target = target};
}

// Runs one check from a fresh start and keeps what it reports.
class Watched {
 public:
  explicit Watched(const Check& check)
      : check_(check),
        runner_(loop_.get_executor(), [this](CheckId, const Observation& seen, bool) {
          seen_.push_back(seen);
          loop_.stop();
        }) {
    const Time now = std::chrono::steady_clock::now();
    runner_.start(1, check_, initial(Start::fresh, check_.settings->policy, now),
                  first_timing(check_, Start::fresh, now));
  }

  // The next report; nothing within 5 s.
  std::optional<Observation> next() {
    const std::size_t before = seen_.size();
    loop_.restart();
    loop_.run_for(5s);
    if (seen_.size() == before) return std::nullopt;
    return seen_.back();
  }
  // Whether there is none within a time.
  bool silent(std::chrono::milliseconds time) {
    const std::size_t before = seen_.size();
    loop_.restart();
    loop_.run_for(time);
    return seen_.size() == before;
  }

 private:
  asio::io_context loop_;
  Check check_;
  std::vector<Observation> seen_;
  ProbeRunner runner_;
};

CheckPolicy quick(Duration interval = 20ms) {
  return {.delay_loop = interval, .connect_timeout = 2s, .delay_before_retry = 10ms, .retry = 0};
}

}  // namespace

TEST_CASE("the urls of a check are asked for in turn and the one that fails is asked for again") {
  std::vector<std::string> asked;
  std::atomic<bool> b_works = false;
  const ScriptedServer server([&](Client& client) {
    const std::string request = client.hear();
    const std::string path = request.substr(4, 2);
    asked.push_back(path);
    client.say(path == "/b" && !b_works ? "HTTP/1.0 500 x\r\n\r\n" : "HTTP/1.0 200 OK\r\n\r\n");
  });
  HttpCheck check;
  for (const char* path : {"/a", "/b", "/c"})
    check.urls.push_back({.path = path});
  Watched watched(checking(check, server.target(), quick()));
  for (const char* expected : {"L7OK/200 OK", "L7STS/500 x", "L7STS/500 x"})
    CHECK(outcome(watched.next().value()) == expected);
  b_works = true;
  std::string partial;
  for (int i = 0; i < 4; ++i)
    partial += watched.next().value().partial ? 'p' : 'w';
  CHECK(partial == "pppw");
  asked.resize(7);
  CHECK(asked == std::vector<std::string>{"/a", "/b", "/b", "/b", "/a", "/b", "/c"});
}

TEST_CASE("with fast_recovery the urls of a check that comes back are asked for at once") {
  std::atomic<bool> works = false;
  const ScriptedServer server([&works](Client& client) {
    client.hear();
    client.say(works ? "HTTP/1.0 200 OK\r\n\r\n" : "HTTP/1.0 500 x\r\n\r\n");
  });
  HttpCheck check;
  check.fast_recovery = true;
  for (const char* path : {"/a", "/b", "/c", "/d"})
    check.urls.push_back({.path = path});
  Watched watched(checking(check, server.target(), quick(400ms)));
  REQUIRE(watched.next().value().code == 500);
  works = true;
  REQUIRE(watched.next().value().code == 200);  // the one that is waited for
  const Time begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i)
    REQUIRE(watched.next().value().code == 200);
  CHECK(std::chrono::steady_clock::now() - begin < 1200ms);  // at their interval: 1600 ms
}

TEST_CASE("a file check runs at once and again when its file changes") {
  namespace fs = std::filesystem;
  const fs::path directory =
      fs::temp_directory_path() / ("lvsd-file-" + std::to_string(::getpid()));
  fs::create_directories(directory);
  const FileCheck file{.path = (directory / "load").string(), .weight = 0};
  {
    Watched watched(checking(file, {}, quick(60s)));
    CHECK(outcome(watched.next().value()) == "PROCOK the file says 0");
    CHECK(watched.silent(50ms));
    std::ofstream(file.path) << "1";
    Observation seen = watched.next().value();
    while (seen.result == CheckResult::process_ok)  // made, and not yet written
      seen = watched.next().value();
    CHECK(outcome(seen) == "PROCERR the file says 1");
    std::ofstream(directory / "new") << "0";
    fs::rename(directory / "new", file.path);
    CHECK(outcome(watched.next().value()) == "PROCOK the file says 0");
  }
  fs::remove_all(directory);
}

TEST_CASE("a file in a directory that comes later is found") {
  namespace fs = std::filesystem;
  const fs::path directory =
      fs::temp_directory_path() / ("lvsd-later-" + std::to_string(::getpid()));
  fs::remove_all(directory);
  const FileCheck file{.path = (directory / "load").string(), .weight = 0};
  {
    Watched watched(checking(file, {}, quick(60s)));
    CHECK(outcome(watched.next().value()) == "PROCOK the file says 0");
    fs::create_directories(directory);
    std::ofstream(file.path) << "1";
    Observation seen = watched.next().value();
    while (seen.result == CheckResult::process_ok)
      seen = watched.next().value();
    CHECK(outcome(seen) == "PROCERR the file says 1");
  }
  fs::remove_all(directory);
}

TEST_CASE("a BFD check never runs") {
  Watched watched(checking(BfdCheck{}, {}, quick()));
  CHECK(watched.silent(100ms));
}

TEST_CASE("TLS files that cannot be read are our failure and the server keeps its state") {
  HttpCheck check;
  check.tls = true;
  check.urls.push_back({.path = "/"});
  asio::io_context loop;
  std::optional<Observation> seen;
  ProbeRunner runner(loop.get_executor(), [&](CheckId, const Observation& observation, bool) {
    seen = observation;
    loop.stop();
  });
  runner.set(probe_settings({.tls = TlsClient{.certificate = "/no/such/file"}}));
  const Check made = checking(check, {.endpoint = *parse_endpoint("127.0.0.1:9")}, quick());
  runner.start(1, made, initial(Start::fresh, made.settings->policy, Time{}), {});
  loop.run_for(5s);
  REQUIRE(seen);
  CHECK(verdict(seen->result) == Verdict::unknown);
  CHECK(seen->text.find("/no/such/file") != std::string::npos);
}
