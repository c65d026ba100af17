#pragma once

#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "api/json.h"
#include "daemon/daemon.h"
#include "daemon/probe_runner.h"
#include "test/daemon/log_lines.h"
#include "test/daemon/raw_client.h"
#include "test/fakes/fake_netlink.h"

// A whole daemon over a fake kernel, and the small files it is given.

namespace lvsd::test {

inline std::string web(const std::string& servers, const std::string& more = "") {
  return "virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_method NAT\n  delay_loop 1\n"
         "  warmup 0\n  fall 1\n" +
         more + servers + "}\n";
}
inline std::string unchecked(int host, int weight = 1) {
  return "  real_server 10.0.0." + std::to_string(host) + " 80 {\n    weight " +
         std::to_string(weight) + "\n  }\n";
}

struct Answer {
  int status = 0;
  std::string body;
};

inline Answer answer_of(const std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (bytes.size() < 12 || end == bytes.npos) return {};
  return {std::stoi(bytes.substr(9, 3)), bytes.substr(end + 4)};
}

inline std::string request(const std::string& method, const std::string& path) {
  return method + " " + path + " HTTP/1.1\r\nHost: lvsd\r\nContent-Length: 0\r\n\r\n";
}

// A whole daemon on a thread of its own, over a fake kernel.
class Site {
 public:
  explicit Site(const std::string& config) {
    std::filesystem::create_directory(directory / "state");
    write(config);
  }
  ~Site() {
    if (thread_.joinable()) stop();
  }

  void write(const std::string& config) {
    // As an editor ought to: the old file or the new one, never a part.
    std::ofstream(directory / "next") << config;
    std::filesystem::rename(directory / "next", directory / "lvsd.conf");
  }

  void start() {
    loop_.emplace(1);
    daemon_.emplace(*loop_, options(), opened(), lock_name(), load);
    thread_ = std::thread([this] { exit_code_ = daemon_->run(); });
  }
  Site& up() {
    start();
    const bool is_ready = eventually([this] { return get("/readyz").status == 200; });
    for (const std::string& line : log.all())
      UNSCOPED_INFO(line);
    REQUIRE(is_ready);
    return *this;
  }

  // Runs it to its end: for one that does not start.
  int run() {
    loop_.emplace(1);
    daemon_.emplace(*loop_, options(), fake.open(), lock_name(), load);
    return daemon_->run();
  }

  // Whether a thread that was left behind in the kernel has come out and ended.
  bool is_left_alone() const { return users_.use_count() == 1; }

  int stop() {
    ::kill(::getpid(), SIGTERM);
    return joined();
  }
  int joined() {
    thread_.join();
    daemon_.reset();
    loop_.reset();
    return exit_code_;
  }

  Answer ask(const std::string& method, const std::string& path) const {
    RawClient client(directory / "lvsd.sock");
    if (!client.connected()) return {};
    client.send(request(method, path));
    return answer_of(client.whole_answer());
  }
  Answer get(const std::string& path) const { return ask("GET", path); }
  Answer reload() const { return ask("POST", "/api/v1/config/reload"); }

  template <class View>
  api::Document<View> view(const std::string& path) const {
    const Answer answer = get(path);
    INFO(path << ": " << answer.status << " " << answer.body);
    REQUIRE(answer.status == 200);
    return api::document<View>(answer.body).value();
  }
  std::uint64_t generation() const {
    return view<api::VersionView>("/api/v1/version").head.generation;
  }

  const std::string& lock_name() const { return lock_name_; }
  // The fake, counted for as long as a writer's thread may use it.
  KernelWriter::Open opened() {
    return [user = users_, open = fake.open()] { return open(); };
  }
  Options options() const {
    return {.config_file = (directory / "lvsd.conf").string(),
            .socket = (directory / "lvsd.sock").string(),
            .state_dir = (directory / "state").string(),
            .check_runner = probing_here,
            .supervisor = supervisor};
  }

  LogLines log;
  TempDir directory;
  FakeNetlink fake;
  Daemon::Load load = load_config;  // from the next start on
  SupervisorAddress supervisor;     // likewise

 private:
  std::shared_ptr<int> users_ = std::make_shared<int>();
  std::string lock_name_ = "lvsd-test-" + std::to_string(::getpid());
  std::optional<boost::asio::io_context> loop_;
  std::optional<Daemon> daemon_;
  std::thread thread_;
  int exit_code_ = -1;
};

}  // namespace lvsd::test
