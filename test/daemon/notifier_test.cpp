#include "daemon/notifier.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/probe_runner.h"
#include "test/daemon/log_lines.h"
#include "test/daemon/loop_until.h"

using namespace lvsd;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

struct Bench {
  Bench() : directory(fs::temp_directory_path() / ("lvsd-notify-" + std::to_string(::getpid()))) {
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms(0755));
  }
  ~Bench() { fs::remove_all(directory); }

  Script script(const std::string& name, const std::string& body) const {
    const fs::path path = directory / name;
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    fs::permissions(path, fs::perms(0755));
    return {.argv = {path.string()}};
  }
  // A script that writes a line when it has taken its time.
  Script saying(const std::string& word, const std::string& time = "0") const {
    return script(word, "sleep " + time + "\necho " + word + " >>" + log().string());
  }
  fs::path log() const { return directory / "log"; }
  std::string said() const {
    std::stringstream all;
    all << std::ifstream(log()).rdbuf();
    return all.str();
  }

  void set() {
    ProbeSettings settings;
    settings.scripts = rules;
    runner.set(settings);
    run(notifier.set(global));
  }
  void tell(const Notices& notices) {
    notifier.tell(notices);
    run(notifier.finished(std::chrono::steady_clock::now() + 20s));
  }
  void run(asio::awaitable<void> work) {
    auto done = asio::co_spawn(loop, std::move(work), asio::use_future);
    loop.restart();
    while (done.wait_for(0s) != std::future_status::ready)
      loop.run_one();
    done.get();
  }
  bool until(const std::function<bool()>& holds) { return lvsd::test::until(loop, holds); }

  test::LogLines lines;
  fs::path directory;
  GlobalSettings global;
  ScriptRules rules{.user = std::to_string(::geteuid())};
  asio::io_context loop{1};
  SideThread files{loop.get_executor(), "test-files"};
  // As the checker that runs programs has it.
  ProbeRunner runner{loop.get_executor(), [](CheckId, const Observation&, bool) {}};
  Notifier notifier{loop.get_executor(), files,
                    [this](const Script& script, Duration limit, Over over) {
                      runner.run_program(script, limit, std::move(over));
                    },
                    [this](const Script& script, Over over) {
                      return kept_program(loop.get_executor(), script, rules, std::move(over));
                    }};
};

Notice notice(const std::string& object, const Script& script = {}) {
  return {object, "notify_up of " + object, "RS " + object + " UP", script};
}

}  // namespace

TEST_CASE("scripts of one object run one after the other and those of others beside them") {
  Bench bench;
  bench.set();
  bench.tell({notice("a", bench.saying("slow", "0.6")), notice("a", bench.saying("next")),
              notice("b", bench.saying("beside"))});
  CHECK(bench.said() == "beside\nslow\nnext\n");
  CHECK(bench.lines.all().empty());
}

TEST_CASE("a script that fails or cannot be run is told with its reason") {
  Bench bench;
  bench.set();
  bench.tell({notice("a", bench.script("bad", "echo no route; exit 3")),
              notice("b", {.argv = {(bench.directory / "gone").string()}})});
  CHECK(bench.lines.count("notify_up of a failed, exit code 3: no route") == 1);
  CHECK(bench.lines.count("notify_up of b is not run: ") == 1);
}

TEST_CASE("of an object whose scripts cannot keep up the last ones run") {
  Bench bench;
  bench.set();
  Notices many = {notice("a", bench.saying("first", "0.3"))};
  for (int i = 0; i < 40; ++i)
    many.push_back(notice("a", bench.saying(std::to_string(i))));
  bench.tell(many);
  CHECK(bench.said().substr(0, 9) == "first\n25\n");
  CHECK(bench.said().substr(bench.said().size() - 3) == "39\n");
  CHECK(bench.lines.count("is left out") == 25);
}

TEST_CASE("the end does not wait for a script for ever") {
  Bench bench;
  bench.set();
  bench.notifier.tell({notice("a", bench.saying("late", "1"))});
  bench.run(bench.notifier.finished(std::chrono::steady_clock::now() + 100ms));
  CHECK(bench.said() == "");
  bench.run(bench.notifier.finished(std::chrono::steady_clock::now() + 20s));
  CHECK(bench.said() == "late\n");
}

TEST_CASE("a FIFO is made and gets a line for each event") {
  Bench bench;
  bench.global.lvs_fifo.path = (bench.directory / "fifo").string();
  bench.set();
  struct stat found {};
  REQUIRE(::stat(bench.global.lvs_fifo.path.c_str(), &found) == 0);
  CHECK(S_ISFIFO(found.st_mode));
  CHECK((found.st_mode & 0777) == 0600);
  const UniqueFd reader(::open(bench.global.lvs_fifo.path.c_str(), O_RDONLY | O_NONBLOCK));
  bench.tell({notice("a"), notice("b")});
  char text[64] = {};
  CHECK(::read(reader.get(), text, sizeof text) == 16);
  CHECK(std::string(text) == "RS a UP\nRS b UP\n");
}

TEST_CASE("a FIFO that nobody reads holds up nobody and its losses are told once") {
  Bench bench;
  bench.global.fifo.path = (bench.directory / "fifo").string();
  bench.set();
  for (int i = 0; i < 9000; ++i)
    bench.notifier.tell({notice("a")});
  CHECK(bench.lines.count("is full, its lines are lost") == 1);
  const UniqueFd reader(::open(bench.global.fifo.path.c_str(), O_RDONLY | O_NONBLOCK));
  std::string room(65536, ' ');
  CHECK(::read(reader.get(), room.data(), room.size()) == 65536);
  bench.notifier.tell({notice("a")});
  CHECK(bench.lines.count("is read again; 808 lines were lost") == 1);
}

TEST_CASE("what is no FIFO is not written to") {
  Bench bench;
  bench.global.lvs_fifo.path = (bench.directory / "file").string();
  std::ofstream(bench.global.lvs_fifo.path) << "mine";
  bench.set();
  CHECK(bench.lines.count("it is no FIFO") == 1);
  bench.tell({notice("a")});
  CHECK(fs::file_size(bench.global.lvs_fifo.path) == 4);
}

TEST_CASE("the reader of a FIFO is started with its path and again when it ends and goes with it") {
  Bench bench;
  bench.global.lvs_fifo.path = (bench.directory / "fifo").string();
  bench.global.lvs_fifo.script =
      bench.script("reader", "read -r line <\"$1\"\necho \"$$ $line\" >>" + bench.log().string() +
                                 "\n[ \"$line\" = 'RS b UP' ] || exit 0\nexec sleep 60");
  bench.set();
  bench.notifier.tell({notice("a")});
  REQUIRE(bench.until([&] { return bench.said().find(" RS a UP\n") != std::string::npos; }));
  REQUIRE(bench.until([&] { return bench.lines.count("started again in 1 s") == 1; }));
  bench.notifier.tell({notice("b")});
  REQUIRE(bench.until([&] { return bench.said().find(" RS b UP\n") != std::string::npos; }));

  const std::string second = bench.said().substr(bench.said().find('\n') + 1);
  const pid_t reader = std::stoi(second);
  CHECK(::kill(reader, 0) == 0);
  bench.global.lvs_fifo = {};
  bench.set();
  CHECK(bench.until([&] { return ::kill(reader, 0) != 0; }));
}
