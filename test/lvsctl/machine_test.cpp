#include "lvsctl/machine.h"

#include <pthread.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <iterator>

#include "test/daemon/raw_client.h"

using namespace lvsd;

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace

TEST_CASE("a file is written whole and an old one only replaced when that was said") {
  const ctl::Machine machine = ctl::this_machine();
  const test::TempDir directory;
  const std::filesystem::path path = directory / "new.conf";
  REQUIRE(machine.write(path, "one", false).has_value());
  CHECK(contents(path) == "one");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);

  const auto refused = machine.write(path, "two", false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == std::errc::file_exists);
  CHECK(contents(path) == "one");
  REQUIRE(machine.write(path, "two", true).has_value());
  CHECK(contents(path) == "two");
  CHECK_FALSE(machine.write(directory / "nowhere/new.conf", "three", true).has_value());
  CHECK(files_in(directory / "") == 1);  // nothing unfinished is left
}

TEST_CASE("a pause ends with its time or with the wish to wait no longer") {
  const ctl::Machine machine = ctl::this_machine();
  const auto begin = machine.uptime();
  CHECK(machine.pause(std::chrono::milliseconds(20)));
  CHECK(machine.uptime() - begin >= std::chrono::milliseconds(20));
  // The signal waits from the first pause on, and is taken by the next.
  ::pthread_kill(::pthread_self(), SIGINT);
  CHECK_FALSE(machine.pause(std::chrono::seconds(100)));
  CHECK(machine.pause(std::chrono::milliseconds(1)));
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}
