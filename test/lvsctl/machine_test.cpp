#include "lvsctl/machine.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

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

TEST_CASE("a file of somebody's is replaced only as it was read and keeps its rights") {
  const ctl::Machine machine = ctl::this_machine();
  const test::TempDir directory;
  const std::filesystem::path path = directory / "lvsd.conf";
  std::ofstream(path) << "one";
  REQUIRE(::chmod(path.c_str(), 0604) == 0);
  if (::geteuid() == 0) REQUIRE(::chown(path.c_str(), 12, 34) == 0);
  struct stat before {};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  const std::filesystem::path link = directory / "link.conf";
  std::filesystem::create_symlink(path, link);
  REQUIRE(machine.replace(link, "one", "two").has_value());
  CHECK(contents(path) == "two");
  CHECK(std::filesystem::is_symlink(link));
  struct stat after {};
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(after.st_mode == before.st_mode);
  CHECK(after.st_uid == before.st_uid);
  CHECK(after.st_gid == before.st_gid);

  CHECK(machine.replace(path, "one", "three").error().code == std::errc::device_or_resource_busy);
  CHECK(machine.replace(directory / "gone", "", "three").error().code ==
        std::errc::no_such_file_or_directory);
  std::filesystem::create_hard_link(path, directory / "other.conf");
  CHECK(machine.replace(path, "two", "three").error().code == std::errc::too_many_links);
  CHECK(contents(path) == "two");
  CHECK(files_in(directory / "") == 3);  // nothing unfinished is left
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
