#include "daemon/checker_pool.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "health/checker_messages.h"
#include "health/observe.h"
#include "test/daemon/log_lines.h"
#include "test/daemon/loop_until.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

Time now() {
  return Time::clock::now();
}

void say(int pipe, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t sent = ::send(pipe, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) ::_exit(1);
    at += static_cast<std::size_t>(sent);
  }
}

[[noreturn]] void hang() {
  for (;;)
    ::pause();
}

// Greets, and hands over each order that comes until the daemon goes.
template <class Obey>
[[noreturn]] void take_orders(int pipe, Obey obey) {
  say(pipe, frame(FromChecker(Hello{})));
  FrameReader reader(most_to_checker);
  std::vector<char> room(65536);
  for (;;) {
    const ssize_t got = ::recv(pipe, room.data(), room.size(), 0);
    if (got <= 0) ::_exit(0);
    reader.add({room.data(), static_cast<std::size_t>(got)});
    while (const auto bytes = reader.next()) {
      const auto order = to_checker(*bytes);
      if (!order) ::_exit(2);
      obey(*order);
    }
  }
}

// Obeys, as far as answering goes, and reports of each check it is given what `seen` says.
[[noreturn]] void serve(int pipe, const Observation& seen) {
  take_orders(pipe, [&](const ToChecker& order) {
    if (const auto* ask = std::get_if<Ask>(&order))
      say(pipe, frame(FromChecker(Alive{ask->round})));
    if (const auto* launch = std::get_if<Launch>(&order)) {
      ProgramRun run{.ended = {Ended::How::exited, 3}, .output = launch->script.argv.front()};
      say(pipe, frame(FromChecker(Ran{launch->run, run})));
    }
    if (const auto* begin = std::get_if<Begin>(&order)) {
      Observation of_it = seen;
      of_it.code = static_cast<int>(::getpid());
      of_it.at = Time::clock::now();
      say(pipe, frame(FromChecker(Seen{begin->id, of_it})));
    }
  });
}

// A pool whose checkers are processes that do what a test says.
struct Stage {
  using Act = std::function<void(int pipe)>;  // in the process

  explicit Stage(Act its_act) : act(std::move(its_act)) {}
  // The loop runs no more, so whoever has not been reaped by the pool is now.
  ~Stage() {
    for (const pid_t pid : pids) {
      if (::waitpid(pid, nullptr, WNOHANG) != 0) continue;
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  Result<LaunchedChecker> launch(CheckerRole role) {
    roles.push_back(role);
    int ends[2];
    int lender[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lender) == 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(ends[0]);
      act(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    ::close(lender[1]);
    pids.push_back(pid);
    return LaunchedChecker{.pid = pid,
                           .process = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
                           .pipe = UniqueFd(ends[0]),
                           .lender = UniqueFd(lender[0])};
  }

  void start(CheckId id, const Check& check) {
    const RunningCheck& is =
        known[id] = {.check = check,
                     .health = initial(Start::adopted_up, check.settings->policy, now()),
                     .timing = first_timing(check, Start::adopted_up, now())};
    pool.start(id, is.check, is.health, is.timing);
  }
  bool until(const std::function<bool()>& holds, std::chrono::milliseconds limit = 10s) {
    return lvsd::test::until(loop, holds, limit);
  }
  bool is_gone(pid_t pid) const { return ::kill(pid, 0) != 0 && errno == ESRCH; }

  lvsd::test::LogLines log;
  asio::io_context loop;
  Act act;
  std::vector<CheckerRole> roles;
  std::vector<pid_t> pids;
  std::map<CheckId, RunningCheck> known;
  std::vector<std::pair<CheckId, Observation>> reports;
  CheckerPool pool{loop.get_executor(),
                   {[this](CheckId id, const Observation& seen) { reports.emplace_back(id, seen); },
                    [this](CheckId id) { return known.at(id); },
                    [this](CheckerRole role, const CheckerProcess&) { return launch(role); }}};
};

Check tcp_check(int host = 1) {
  return {.settings = std::make_shared<const CheckSettings>(CheckSettings{TcpCheck{}, {}}),
          .target = {.endpoint = *parse_endpoint("192.0.2." + std::to_string(host) + ":80")}};
}

Check script_check() {
  return {.settings = std::make_shared<const CheckSettings>(
              CheckSettings{MiscCheck{.script = {.argv = {"/bin/true"}}}, {}})};
}

const Observation passed{.result = CheckResult::l4_ok};

}  // namespace

TEST_CASE("nothing is started before there is a check for it") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  stage.pool.set({});
  CHECK(stage.pids.empty());
  stage.start(1, tcp_check());
  CHECK(stage.roles == std::vector{CheckerRole::network});
  stage.start(2, script_check());
  CHECK(stage.roles == std::vector{CheckerRole::network, CheckerRole::local});
  REQUIRE(stage.until([&] { return stage.reports.size() == 2; }));
  CHECK(stage.reports[0].second.code != stage.reports[1].second.code);
}

TEST_CASE("checks are spread evenly over the checkers and stay where they are") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  ProbeSettings settings;
  settings.checker.count = 3;
  stage.pool.set(settings);
  for (CheckId id = 0; id < 30; ++id)
    stage.start(id, tcp_check(static_cast<int>(id)));
  REQUIRE(stage.until([&] { return stage.reports.size() == 30; }));
  std::map<int, int> shares;
  for (const auto& [id, seen] : stage.reports)
    ++shares[seen.code];
  CHECK(shares.size() == 3);
  for (const auto& [pid, count] : shares)
    CHECK(count == 10);

  // The same settings again, and some checks less: nothing else moves.
  stage.pool.stop(4);
  stage.pool.set(settings);
  CHECK(!stage.until([&] { return stage.reports.size() != 30; }, 50ms));
  CHECK(stage.pids.size() == 3);
}

TEST_CASE("another number of checkers takes all checks on and ends the others") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  for (CheckId id = 0; id < 8; ++id)
    stage.start(id, tcp_check(static_cast<int>(id)));
  REQUIRE(stage.until([&] { return stage.reports.size() == 8; }));
  const pid_t only = stage.pids.front();
  ProbeSettings settings;
  settings.checker.count = 4;
  stage.pool.set(settings);
  REQUIRE(stage.until([&] { return stage.reports.size() == 16 && stage.is_gone(only); }));
  CHECK(stage.pids.size() == 5);
}

TEST_CASE("a checker that dies is replaced and its checks go on") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  stage.start(1, tcp_check(1));
  stage.start(2, tcp_check(2));
  REQUIRE(stage.until([&] { return stage.reports.size() == 2; }));
  ::kill(stage.pids[0], SIGKILL);
  REQUIRE(stage.until([&] { return stage.reports.size() == 4; }));
  CHECK(stage.reports[2].second.code == stage.pids[1]);
  CHECK(stage.until([&] { return stage.is_gone(stage.pids[0]); }));
}

TEST_CASE("a checker that stands still is found within three seconds") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  stage.start(1, tcp_check());
  REQUIRE(stage.until([&] { return stage.reports.size() == 1; }));
  ::kill(stage.pids[0], SIGSTOP);
  const Time stopped = now();
  REQUIRE(stage.until([&] { return stage.reports.size() == 2; }));
  CHECK(stage.pids.size() == 2);
  CHECK(now() - stopped < 4s);  // by the beats it is 2.7 s; the rest is for a busy machine
  CHECK(stage.until([&] { return stage.is_gone(stage.pids[0]); }));
}

TEST_CASE("a checker that cannot be replaced for long is tried with growing pauses") {
  Stage stage([](int) { ::_exit(3); });
  stage.start(1, tcp_check());
  REQUIRE(stage.until([&] { return stage.pids.size() >= 3; }));
  CHECK(!stage.until([&] { return stage.pids.size() >= 7; }, 700ms));
  CHECK(stage.reports.empty());
}

TEST_CASE("a checker that has not said its first word leaves its checks without anybody") {
  Stage stage([](int pipe) {
    char word = 0;
    if (::recv(pipe, &word, 1, MSG_PEEK) > 0) hang();
  });
  CHECK_FALSE(stage.pool.silent_since());
  const Time begun = now();
  stage.start(1, tcp_check());
  REQUIRE(stage.pool.silent_since());
  const Time since = *stage.pool.silent_since();
  CHECK(since >= begun);
  ::kill(stage.pids[0], SIGKILL);
  REQUIRE(stage.until([&] { return stage.pids.size() == 2; }));
  CHECK(stage.pool.silent_since() == since);  // the next one has not greeted either
  stage.pool.stop(1);
  CHECK_FALSE(stage.pool.silent_since());
}

TEST_CASE("checks have somebody from the first word of a checker to its death") {
  Stage stage([](int pipe) { serve(pipe, passed); });
  stage.start(1, tcp_check());
  REQUIRE(stage.until([&] { return stage.reports.size() == 1; }));
  CHECK_FALSE(stage.pool.silent_since());
  stage.act = [](int) { hang(); };
  ::kill(stage.pids[0], SIGKILL);
  REQUIRE(stage.until([&] { return stage.pids.size() == 2; }));
  CHECK(stage.pool.silent_since());
}

TEST_CASE("garbage from a checker ends it and changes nothing") {
  const std::string huge("\xff\xff\xff\x7f", 4);
  const std::string empty_frame(4, '\0');
  Observation unprintable = passed;
  unprintable.text = "a\nlog line of its own";
  for (const std::string& garbage :
       {huge, empty_frame, std::string(100'000, 'x'), frame(FromChecker(Hello{.protocol = 99})),
        frame(FromChecker(Seen{1, unprintable})), frame(ToChecker(Ask{1}))}) {
    Stage stage([&garbage](int pipe) {
      say(pipe, garbage);
      hang();
    });
    stage.start(1, tcp_check());
    CHECK(stage.until([&] { return stage.pids.size() >= 2; }));
    CHECK(stage.until([&] { return stage.is_gone(stage.pids[0]); }));
    CHECK(stage.reports.empty());
  }
}

TEST_CASE("a checker that reports checks of others is not believed") {
  Stage stage([](int pipe) {
    say(pipe, frame(FromChecker(Seen{2, passed})));
    serve(pipe, passed);
  });
  stage.start(1, tcp_check());
  REQUIRE(stage.until([&] { return !stage.reports.empty(); }));
  CHECK(stage.reports[0].first == 1);
}

TEST_CASE("a flood from a checker is ended and holds nothing else up") {
  const std::string alive = frame(FromChecker(Alive{1}));
  std::string much;
  while (much.size() < 60'000)
    much += alive;
  Stage stage([&much](int pipe) {
    for (;;)
      say(pipe, much);
  });
  int turns = 0;
  bool is_over = false;
  const std::function<void()> turn = [&] {
    ++turns;
    if (!is_over) asio::post(stage.loop, turn);
  };
  stage.start(1, tcp_check());
  turn();
  REQUIRE(stage.until([&] { return stage.is_gone(stage.pids[0]); }));
  is_over = true;
  CHECK(turns > 2);
}

TEST_CASE("a checker that does not read what it is sent is replaced") {
  Stage stage([](int pipe) {
    say(pipe, frame(FromChecker(Hello{})));
    hang();
  });
  for (CheckId id = 0; id < 5000; ++id)
    stage.start(id, tcp_check(static_cast<int>(id % 250)));
  CHECK(stage.until([&] { return stage.pids.size() >= 2; }));
}

namespace {

// Takes orders until a program is one of them, and dies of that.
[[noreturn]] void die_of_a_program(int pipe) {
  take_orders(pipe, [](const ToChecker& order) {
    if (std::holds_alternative<Launch>(order)) ::_exit(1);
  });
}

}  // namespace

TEST_CASE("programs that are no checks run in the local checker and tell how they ended") {
  Stage stage([](int pipe) { serve(pipe, {}); });
  std::vector<std::string> ends;
  for (const std::string path : {"/one", "/two"})
    stage.pool.run_program({.argv = {path}}, 1s,
                           [&](const ProgramRun& run) { ends.push_back(complaint(run)); });
  REQUIRE(stage.until([&] { return ends.size() == 2; }));
  CHECK(ends[0] == "failed, exit code 3: /one");
  CHECK(ends[1] == "failed, exit code 3: /two");
  CHECK(stage.roles == std::vector{CheckerRole::local});
}

TEST_CASE("programs that a lost checker has left behind are ended") {
  int ends[2];  // the program has the writing one, until it is gone
  REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  bool is_first = true;
  Stage stage([&](int pipe) {
    ::setsid();
    if (is_first && ::fork() == 0) {
      ::setpgid(0, 0);
      ::alarm(60);
      hang();
    }
    ::close(ends[1]);
    serve(pipe, passed);
  });
  stage.start(1, script_check());
  REQUIRE(stage.until([&] { return stage.reports.size() == 1; }));
  ::close(ends[1]);
  is_first = false;
  ::kill(stage.pids[0], SIGKILL);
  char byte = 0;
  CHECK(stage.until([&] { return ::read(ends[0], &byte, 1) == 0; }));
  CHECK(stage.until([&] { return stage.reports.size() == 2; }));
  ::close(ends[0]);
}

TEST_CASE("a program whose process is lost is not run twice and that is told") {
  Stage stage(die_of_a_program);
  std::vector<std::string> ends;
  stage.pool.run_program({.argv = {"/one"}}, 1s,
                         [&](const ProgramRun& run) { ends.push_back(complaint(run)); });
  REQUIRE(stage.until([&] { return stage.pids.size() == 2; }));
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].starts_with("is not run: the process that had it is lost: "));
}
