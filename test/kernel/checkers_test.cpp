#include <fmt/format.h>
#include <signal.h>
#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <system_error>

#include "base/parse_number.h"
#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/lvsd_config.h"
#include "test/kernel/web_client.h"

// The processes that check: what they may do, and what becomes of servers when one is lost.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// The lines of /proc/PID/status.
std::map<std::string, std::string> status_of(pid_t pid) {
  std::map<std::string, std::string> out;
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    out[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return out;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
  std::vector<pid_t> out;
  for (pid_t child = 0; file >> child;)
    out.push_back(child);
  return out;
}

std::vector<pid_t> checkers_of(pid_t pid, const std::string& name = "lvsd-check") {
  std::vector<pid_t> out;
  for (const pid_t child : children_of(pid)) {
    auto status = status_of(child);
    if (status["Name"] == name && status["State"][0] != 'Z') out.push_back(child);
  }
  return out;
}

bool is_gone(pid_t pid) {
  return ::kill(pid, 0) != 0 || status_of(pid)["State"].starts_with("Z");
}

std::set<std::string> descriptors_of(pid_t pid) {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid))) {
    std::error_code gone;
    std::string to = std::filesystem::read_symlink(entry.path(), gone);
    out.insert(to.substr(0, to.find('[')));
  }
  return out;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Site {
  explicit Site(const std::string& global = {}, int servers = 2)
      : net(servers), lvsd(net.director(), written(folder, global, servers)) {
    lvsd.wait_ready();
  }
  static const DaemonFolder& written(const DaemonFolder& folder, const std::string& global,
                                     int servers) {
    folder.write_config(global + service_config({.servers = servers}));
    return folder;
  }
  std::string table() const { return ipvs_table(net.director().net); }
  bool is(const std::vector<int>& weights) const { return table() == service_table({}, weights); }
  pid_t checker() {
    REQUIRE(eventually(5s, [&] { return checkers_of(lvsd.pid()).size() == 1; }));
    const pid_t pid = checkers_of(lvsd.pid()).front();
    REQUIRE(eventually(5s, [&] { return status_of(pid)["NoNewPrivs"] == "1"; }));
    return pid;
  }

  TestNet net;
  DaemonFolder folder;
  testing::Daemon lvsd;
};

// lvsd as it is installed, where an upgrade can put another checker in the place of its own.
class Installation {
 public:
  Installation() {
    const std::filesystem::path built = lvsd_command(folder_).front();
    std::ofstream(path_ / "lvsd").close();
    if (::mount(built.c_str(), (path_ / "lvsd").c_str(), nullptr, MS_BIND, nullptr) != 0)
      throw std::system_error(errno, std::generic_category(), "mount");
    std::filesystem::copy_file(built.parent_path() / "lvsd-checker", path_ / "lvsd-checker");
    ::setenv("LVSD_BINARY", (path_ / "lvsd").c_str(), 1);
  }
  ~Installation() {
    if (before_.empty())
      ::unsetenv("LVSD_BINARY");
    else
      ::setenv("LVSD_BINARY", before_.c_str(), 1);
    ::umount2((path_ / "lvsd").c_str(), MNT_DETACH);
  }
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  void replace_checker(const std::filesystem::path& program) const {
    std::filesystem::copy_file(program, path_ / "new");
    std::filesystem::rename(path_ / "new", path_ / "lvsd-checker");
  }

 private:
  const DaemonFolder folder_;
  const std::filesystem::path path_ = folder_.config().parent_path();
  const std::string before_ = std::getenv("LVSD_BINARY") ? std::getenv("LVSD_BINARY") : "";
};

}  // namespace

TEST_CASE("a checker holds no power") {
  Site site;
  const pid_t pid = site.checker();
  auto status = status_of(pid);
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    INFO(set);
    CHECK(status[set].find_first_not_of('0') == std::string::npos);
  }
  CHECK(!status["Uid"].starts_with("0\t"));
  CHECK(status["Uid"].find("\t0") == std::string::npos);
  CHECK(status["Gid"].find("\t0") == std::string::npos);
  CHECK(status["Groups"].find_first_of("0123456789") == std::string::npos);
  const std::string limits = read(fmt::format("/proc/{}/limits", pid));
  CHECK(limits.find("Max core file size        0                    0") != std::string::npos);
  CHECK(limits.find("Max processes             0                    0") != std::string::npos);
}

TEST_CASE("a checker gets its descriptors and its environment and nothing else of the daemon") {
  Site site;
  const pid_t pid = site.checker();
  const std::string log =
      std::filesystem::read_symlink(fmt::format("/proc/{}/fd/2", site.lvsd.pid()));
  for (const std::string& to : descriptors_of(pid)) {
    INFO(to);
    const bool known = to == "/dev/null" || to == log || to.starts_with("socket:") ||
                       to.starts_with("pipe:") || to.starts_with("anon_inode:");
    CHECK(known);
  }
  // 0 to 2, its two pipes, and what its loop is made of; probes come and go.
  CHECK(eventually(2s, [&] {
    const auto fds = std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid));
    return std::distance(begin(fds), end(fds)) <= 9;
  }));
  const std::string environment = read(fmt::format("/proc/{}/environ", pid));
  for (const char* word : {"PATH=", "LANG="})
    CHECK(environment.find(word) != std::string::npos);
  CHECK(environment.find("HOME=") == std::string::npos);
  CHECK(environment.find("NOTIFY_SOCKET") == std::string::npos);
}

TEST_CASE("a checker that is killed or stopped is replaced and no server notices") {
  Site site;
  REQUIRE(eventually(5s, [&] { return site.is({1, 1}); }));
  Traffic traffic(site.net.client().net, {vip(Family::v4), 80}, 5ms);
  for (const int signal : {SIGKILL, SIGSTOP}) {
    INFO("signal " << signal);
    const pid_t before = site.checker();
    ::kill(before, signal);
    CHECK(eventually(signal == SIGKILL ? 1s : 3s, [&] { return is_gone(before); }));
    CHECK(eventually(2s, [&] { return checkers_of(site.lvsd.pid()).size() == 1; }));
    CHECK(site.checker() != before);
    CHECK(site.is({1, 1}));
    // The new one checks: it sees what happens.
    site.net.web(1).set(Mood::refuses);
    CHECK(eventually(5s, [&] { return site.is({-1, 1}); }));
    const pid_t between = site.checker();
    ::kill(between, signal);
    CHECK(always(1s, [&] { return site.is({-1, 1}); }));
    CHECK(eventually(3s, [&] { return is_gone(between); }));
    site.net.web(1).set(Mood::answers);
    CHECK(eventually(5s, [&] { return site.is({1, 1}); }));
  }
  const Tally tally = traffic.stop();
  INFO(text(tally));
  CHECK_FALSE(tally.contains("unreachable"));
  CHECK(site.lvsd.logged("is lost: it has closed the pipe"));
  CHECK(site.lvsd.logged("is lost: it does not answer"));
}

TEST_CASE("a checker that is started after an upgrade is still the one of its daemon") {
  const Installation installation;
  Site site;
  const pid_t before = site.checker();
  installation.replace_checker("/bin/false");
  ::kill(before, SIGKILL);
  REQUIRE(eventually(1s, [&] { return is_gone(before); }));
  CHECK(site.checker() != before);
  site.net.web(1).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.is({-1, 1}); }));
}

TEST_CASE("checkers end with the daemon however it ends and even when they stand still") {
  Site site;
  const pid_t pid = site.checker();
  SECTION("killed") {
    site.lvsd.send(SIGKILL);
  }
  SECTION("told to stop") {
    site.lvsd.send(SIGTERM);
  }
  SECTION("killed while its checker is stopped") {
    ::kill(pid, SIGSTOP);
    site.lvsd.send(SIGKILL);
  }
  CHECK(eventually(3s, [&] { return is_gone(pid); }));
  CHECK(site.is({1, 1}));
}

TEST_CASE("a director that has no way to its servers does not take them for dead") {
  Site site;
  site.net.director().output_of({"ip", "link", "set", "back", "down"});
  CHECK(eventually(5s, [&] { return site.lvsd.logged("cannot be made: Socket error"); }));
  CHECK(always(1s, [&] { return site.is({1, 1}); }));
  CHECK(site.lvsd.logged("Network is unreachable"));
  CHECK_FALSE(site.lvsd.logged("is DOWN"));
  site.net.director().output_of({"ip", "link", "set", "back", "up"});
  CHECK(eventually(5s, [&] { return site.lvsd.logged("can be made again"); }));
  // A server that does not answer is another thing.
  site.net.web(1).set(Mood::refuses);
  CHECK(eventually(5s, [&] { return site.is({-1, 1}); }));
}

TEST_CASE("checks are spread over as many checkers as the file says") {
  Site site("global_defs {\n  checkers 2\n}\n", 3);
  CHECK(eventually(5s, [&] { return checkers_of(site.lvsd.pid()).size() == 2; }));
  site.lvsd.reload(service_config({.servers = 3}));
  CHECK(eventually(5s, [&] { return checkers_of(site.lvsd.pid()).size() == 1; }));
  CHECK(always(1s, [&] { return site.is({1, 1, 1}); }));
  site.net.web(2).set(Mood::stopped);
  CHECK(eventually(5s, [&] { return site.is({1, -1, 1}); }));
}

TEST_CASE("a check with a firewall mark gets its socket from the daemon") {
  TestNet net(1);
  DaemonFolder folder;
  std::string config = service_config({.servers = 1});
  const std::string place = "      retry 0\n";
  config.replace(config.find(place), place.size(), place + "      fwmark 7\n");
  folder.write_config(config);
  // Marked packets have no way to the server: the check fails by that, and only by that.
  net.director().output_of({"ip", "rule", "add", "fwmark", "7", "blackhole"});
  testing::Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(eventually(5s, [&] { return lvsd.logged("is DOWN"); }));
  INFO(lvsd.log());
  net.director().output_of({"ip", "rule", "del", "fwmark", "7", "blackhole"});
  CHECK(eventually(5s, [&] { return lvsd.logged("is UP"); }));
  CHECK(!lvsd.logged("Operation not permitted"));
  CHECK(checkers_of(lvsd.pid()).size() == 1);
}

TEST_CASE("a program runs as its user though no checker with sockets may change its own") {
  TestNet net(1);
  DaemonFolder folder;
  const std::string mark = "/tmp/lvsd-who-" + std::to_string(::getpid());
  folder.write_config(
      "global_defs {\n  script_user nobody\n}\nvirtual_server 10.0.0.100 80 {\n  delay_loop 0.3\n"
      "  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n  real_server 10.0.1.1 80 {\n"
      "    MISC_CHECK {\n      misc_path \"/bin/sh -c 'id -u > " +
      mark + "'\"\n    }\n    TCP_CHECK {\n      connect_timeout 1\n    }\n  }\n}\n");
  testing::Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();
  CHECK(eventually(10s, [&] { return read(mark).starts_with("65534"); }));
  const auto local = checkers_of(lvsd.pid(), "lvsd-local");
  REQUIRE(local.size() == 1);
  // What it takes to become the script's user, and no more: DAC_READ_SEARCH, KILL, SETGID, SETUID.
  CHECK(status_of(local.front())["CapEff"] == "00000000000000e4");
  CHECK(checkers_of(lvsd.pid()).size() == 1);
  std::filesystem::remove(mark);
}
