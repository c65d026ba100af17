#include "daemon/probe_script.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "health/judgement.h"
#include "test/fakes/finished.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

const CheckTarget target{.endpoint = *parse_endpoint("10.0.0.1:80")};

// A directory with programs, gone at the end of the test.
class Programs {
 public:
  Programs() : path_(fs::temp_directory_path() / ("lvsd-scripts-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
    fs::permissions(path_, fs::perms(0755));
  }
  ~Programs() { fs::remove_all(path_); }

  std::string add(const std::string& name, const std::string& body, unsigned mode = 0755) const {
    const fs::path file = path_ / name;
    std::ofstream(file) << "#!/bin/sh\n" << body << "\n";
    fs::permissions(file, fs::perms(mode));
    return file.string();
  }
  fs::path path() const { return path_; }

 private:
  fs::path path_;
};

ScriptRules as_ourselves() {
  return {.user = std::to_string(::geteuid())};
}

Observation seen_by(const MiscCheck& check, const ScriptRules& rules = as_ourselves()) {
  asio::io_context loop;
  ScriptSlots slots(loop.get_executor(), 4);
  auto result = asio::co_spawn(loop, probe_script(check, target, rules, slots), asio::use_future);
  loop.run();
  return result.get();
}

std::string outcome(const Observation& seen) {
  return text(Judgement{seen.result, seen.code, seen.text});
}

MiscCheck running(std::vector<std::string> argv) {
  MiscCheck check;
  check.script.argv = std::move(argv);
  check.timeout = 5s;
  return check;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

}  // namespace

TEST_CASE("a program that ends with 0 passes and what it says is kept") {
  const Programs programs;
  const Observation seen = seen_by(running({programs.add("ok", "echo all well; echo more >&2")}));
  CHECK(outcome(seen) == "PROCOK all well");
  CHECK(seen.output == "all well\\nmore\\n");
  CHECK(outcome(seen_by(running({programs.add("bad", "echo disk full; exit 3")}))) ==
        "PROCERR/3 disk full");
  CHECK(outcome(seen_by(running({programs.add("dies", "kill -9 $$")}))) ==
        "PROCERR/9 killed by signal 9");
}

TEST_CASE("arguments reach a program as they are and no shell sees them") {
  const Programs programs;
  const std::string path = programs.add("arguments", "printf '%s|' \"$@\"");
  CHECK(outcome(seen_by(running({path, "a b", "$(id)", ";", "*", ""}))) ==
        "PROCOK a b|$(id)|;|*||");
}

TEST_CASE("a program finds a small environment and no descriptors of ours") {
  const Programs programs;
  const std::string body =
      "ls /proc/$$/fd; readlink /proc/$$/fd/0; pwd; umask; "
      "echo $LVSD_ADDRESS $LVSD_PORT; env | grep -c SECRET; ps -o pgid= -p $$ | tr -d ' ' | "
      "grep -qx $$ || echo group; grep SigIgn /proc/$$/status | tr -d '\\t'";
  ::setenv("LVSD_TEST_SECRET", "x", 1);
  const Observation seen = seen_by(running({programs.add("environment", body)}));
  ::unsetenv("LVSD_TEST_SECRET");
  // 10, or 255 in bash, is where the shell keeps the script.
  const std::string output =
      std::regex_replace(seen.output, std::regex("\\\\n(10|255)\\\\n"), "\\n");
  CHECK(output ==
        "0\\n1\\n2\\n/dev/null\\n/\\n0177\\n10.0.0.1 80\\n0\\nSigIgn:0000000000000000\\n");
}

TEST_CASE("a program that runs too long is ended with all its group") {
  const Programs programs;
  SECTION("it obeys SIGTERM") {
    MiscCheck check = running({programs.add("slow", "sleep 60")});
    check.timeout = 100ms;
    const Observation seen = seen_by(check);
    CHECK(outcome(seen) == "PROCTOUT");
    CHECK(seen.duration >= 100ms);
    CHECK(seen.duration < 2100ms);  // before SIGKILL would come
  }
  SECTION("it does not") {
    const std::string mark = (programs.path() / "pid").string();
    MiscCheck check = running({programs.add(
        "stubborn", "trap '' TERM; echo $$ > " + mark + "; while :; do sleep 1; done")});
    check.timeout = 300ms;
    const Observation seen = seen_by(check);
    CHECK(outcome(seen) == "PROCTOUT");
    CHECK(seen.duration >= 2s);
    pid_t pid = 0;
    std::ifstream(mark) >> pid;
    REQUIRE(pid > 0);
    CHECK(eventually([pid] { return ::kill(-pid, 0) != 0; }));
  }
}

TEST_CASE("output without end is capped and does not hold the program up") {
  const Programs programs;
  const Observation seen =
      seen_by(running({programs.add("loud", "head -c 5000000 /dev/zero | tr '\\0' 'x'; exit 4")}));
  CHECK(seen.code == 4);
  CHECK(seen.output.size() == 4096);
}

TEST_CASE("what a program leaves behind with its output open is not waited for") {
  const Programs programs;
  const std::string mark = (programs.path() / "left").string();
  const auto begin = std::chrono::steady_clock::now();
  const Observation seen =
      seen_by(running({programs.add("daemon", "sleep 30 & echo $! > " + mark + "; echo started")}));
  CHECK(outcome(seen) == "PROCOK started");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  pid_t left = 0;
  std::ifstream(mark) >> left;
  if (left > 0) ::kill(left, SIGKILL);
}

TEST_CASE("a program that may not run is a failed check with its reason") {
  const Programs programs;
  CHECK(outcome(seen_by(running({"/no/such/program"}))) ==
        "PROCERR/2 /no/such/program: No such file or directory");
  CHECK(outcome(seen_by(running({programs.path().string()}))).find("is not a regular file") !=
        std::string::npos);
  const std::string plain = programs.add("plain", "exit 0", 0644);
  CHECK(outcome(seen_by(running({plain}))).find("is not executable") != std::string::npos);
  const std::string odd = (programs.path() / "odd").string();
  std::ofstream(odd) << "#!/no/such/shell\n";
  fs::permissions(odd, fs::perms(0755));
  CHECK(outcome(seen_by(running({odd}))) == "PROCERR/2 not started: No such file or directory");
  MiscCheck stranger = running({programs.add("ok", "exit 0")});
  stranger.script.user = "no-such-user";
  CHECK(outcome(seen_by(stranger)).find("there is no user 'no-such-user'") != std::string::npos);
}

TEST_CASE("a dynamic program sets the weight and whatever else ends it takes that back") {
  const Programs programs;
  MiscCheck check = running({programs.add("exits", "exit $1"), "12"});
  check.dynamic = true;
  CHECK(outcome(seen_by(check)) == "PROCOK/12");
  CHECK(seen_by(check).weight == WeightWish{WeightWish::Kind::set, 10});
  for (const char* code : {"0", "1"}) {
    check.script.argv[1] = code;
    const Observation seen = seen_by(check);
    CHECK((verdict(seen.result) == Verdict::pass) == (code == std::string("0")));
    CHECK(seen.weight == WeightWish{});
  }
  MiscCheck slow = running({programs.add("slow", "sleep 60")});
  slow.dynamic = true;
  slow.timeout = 50ms;
  CHECK(seen_by(slow).weight == WeightWish{});
  slow.dynamic = false;
  CHECK(!seen_by(slow).weight);
}

TEST_CASE("no more programs run at once than there are places") {
  const Programs programs;
  const std::string path = programs.add("counts", "sleep 0.2");
  asio::io_context loop;
  ScriptSlots slots(loop.get_executor(), 2);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i)
    asio::co_spawn(loop, probe_script(running({path}), target, as_ourselves(), slots),
                   asio::detached);
  loop.run();
  CHECK(std::chrono::steady_clock::now() - begin >= 400ms);
}

TEST_CASE("a check that is stopped leaves no program and no zombie") {
  using namespace asio::experimental::awaitable_operators;
  const Programs programs;
  const std::string mark = (programs.path() / "pid").string();
  const MiscCheck check = running({programs.add("slow", "echo $$ > " + mark + "; sleep 60")});
  asio::io_context loop;
  ScriptSlots slots(loop.get_executor(), 1);
  pid_t pid = 0;
  const auto begun = [&]() -> asio::awaitable<void> {
    asio::steady_timer pause(loop);
    for (int i = 0; i < 2000 && !(std::ifstream(mark) >> pid); ++i) {
      pause.expires_after(5ms);
      co_await pause.async_wait(asio::use_awaitable);
    }
  };
  const auto raced = [&]() -> asio::awaitable<void> {
    co_await (probe_script(check, target, as_ourselves(), slots) || begun());
  };
  asio::co_spawn(loop, raced, asio::detached);
  loop.run();
  REQUIRE(pid > 0);
  CHECK(eventually([pid] { return ::kill(pid, 0) != 0; }));
  CHECK(::waitpid(pid, nullptr, WNOHANG) < 0);
}

TEST_CASE("with script security the real way to a root program must be root's alone") {
  if (::geteuid() != 0) return;  // the rule is about what root runs
  const ScriptRules secure{.user = "root", .security = true};
  const auto refusal = [&secure](const std::string& path) {
    const auto user = script_user({}, secure);
    REQUIRE(user.has_value());
    const auto found = safe_program(path, *user, secure);
    return found ? *found : text(found.error());
  };
  // A link in a merged /usr is fine.
  CHECK(refusal("/bin/true") == fs::canonical("/bin/true").string());

  const Programs programs;
  const std::string path = programs.add("mine", "exit 0");
  CHECK(refusal(path) == path);
  fs::permissions(path, fs::perms(0775));  // the group is root's
  CHECK(refusal(path) == path);
  fs::permissions(path, fs::perms(0757));
  CHECK(refusal(path).find("can be changed by others") != std::string::npos);
  fs::permissions(path, fs::perms(0755));
  fs::permissions(programs.path(), fs::perms(0777));
  CHECK(refusal(path).find("can be changed by others") != std::string::npos);
  const ScriptRules lax{.user = "root"};
  const auto user = script_user({}, lax);
  CHECK(safe_program(path, *user, lax).has_value());
}

TEST_CASE("root runs programs as the user the file names") {
  if (::geteuid() != 0) return;
  const Programs programs;
  MiscCheck check =
      running({programs.add("who", "id -u; id -g; id -G; grep CapEff /proc/$$/status")});
  check.script.user = "nobody";
  const Observation seen = seen_by(check);
  CHECK(seen.output == "65534\\n65534\\n65534\\nCapEff:\\t0000000000000000\\n");
  check.script.group = "daemon";
  CHECK(seen_by(check).output.starts_with("65534\\n1\\n1\\n"));
}
