#include "daemon/api_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "test/daemon/raw_client.h"

using namespace lvsd;
using namespace lvsd::test;
using std::filesystem::path;

namespace {

// A bound socket of somebody else; it listens if `backlog` is not negative.
UniqueFd foreign_socket(const path& file, int backlog, int type = SOCK_STREAM) {
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, file.c_str());
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  if (backlog >= 0) REQUIRE(::listen(fd.get(), backlog) == 0);
  return fd;
}

struct stat found_at(const path& file) {
  struct stat found {};
  REQUIRE(::lstat(file.c_str(), &found) == 0);
  return found;
}

// "" when it opens, else the error's text.
std::string refusal(const path& file) {
  const auto opened = ListeningSocket::open({.path = file, .mode = 0660, .group = {}});
  return opened ? "" : text(opened.error());
}

std::error_code code(const path& file) {
  const auto opened = ListeningSocket::open({.path = file, .mode = 0660, .group = {}});
  return opened ? std::error_code{} : opened.error().code;
}

}  // namespace

TEST_CASE("the socket's file appears with its mode whatever the umask and goes with its owner") {
  const TempDir dir;
  const path file = dir / "lvsd.sock";
  const mode_t before = ::umask(0177);
  {
    auto opened = ListeningSocket::open({.path = file, .mode = 0666, .group = ::getegid()});
    ::umask(before);
    REQUIRE(opened.has_value());
    CHECK((found_at(file).st_mode & 07777) == 0666);
    CHECK(S_ISSOCK(found_at(file).st_mode));
    CHECK(found_at(file).st_gid == ::getegid());
    CHECK(RawClient(file).connected());
    CHECK_FALSE(std::filesystem::exists(dir / "lvsd.sock.new"));
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("the socket's file is given to the group that may read") {
  if (::geteuid() != 0) return;  // only root may give to a group it is not in
  const TempDir dir;
  const auto opened = ListeningSocket::open({.path = dir / "s", .mode = 0660, .group = 12345});
  REQUIRE(opened.has_value());
  CHECK(found_at(dir / "s").st_gid == 12345);
  CHECK((found_at(dir / "s").st_mode & 07777) == 0660);
}

TEST_CASE("a socket file that a dead daemon left is replaced") {
  const TempDir dir;
  foreign_socket(dir / "s", 5).reset();
  foreign_socket(dir / "s.new", -1).reset();
  const auto opened = ListeningSocket::open({.path = dir / "s", .mode = 0660, .group = {}});
  REQUIRE(opened.has_value());
  CHECK(RawClient(dir / "s").connected());
}

TEST_CASE("a socket somebody listens on is refused and left alone") {
  const TempDir dir;
  const UniqueFd other = foreign_socket(dir / "s", 5);
  const ino_t inode = found_at(dir / "s").st_ino;
  CHECK(refusal(dir / "s") ==
        "another process listens on " + (dir / "s").string() + ": Address already in use");
  CHECK(found_at(dir / "s").st_ino == inode);
}

TEST_CASE("a listener too busy to accept is not taken for a dead one") {
  const TempDir dir;
  const UniqueFd other = foreign_socket(dir / "s", 0);
  const RawClient queued(dir / "s");
  REQUIRE(queued.connected());
  CHECK(code(dir / "s") == std::errc::address_in_use);
}

TEST_CASE("a second daemon on the same socket is refused until the first is gone") {
  const TempDir dir;
  {
    const auto first = ListeningSocket::open({.path = dir / "s", .mode = 0660, .group = {}});
    REQUIRE(first.has_value());
    CHECK(refusal(dir / "s") ==
          "another process serves " + (dir / "s").string() + ": Address already in use");
    // Even when its file was deleted behind its back.
    std::filesystem::remove(dir / "s");
    CHECK(code(dir / "s") == std::errc::address_in_use);
  }
  CHECK(refusal(dir / "s").empty());
}

TEST_CASE("what is not a socket is refused and left alone") {
  const TempDir dir;
  std::ofstream(dir / "file") << "precious";
  std::filesystem::create_symlink(dir / "file", dir / "link");
  std::filesystem::create_symlink(dir / "nowhere", dir / "dangling");
  std::filesystem::create_directory(dir / "dir");
  ::mkfifo((dir / "fifo").c_str(), 0600);
  for (const char* name : {"file", "link", "dangling", "dir", "fifo"}) {
    INFO(name);
    CHECK(refusal(dir / name) ==
          (dir / name).string() + " is not a socket and is left alone: File exists");
    CHECK(std::filesystem::symlink_status(dir / name).type() !=
          std::filesystem::file_type::not_found);
  }
  CHECK(std::filesystem::file_size(dir / "file") == 8);
}

TEST_CASE("a symlink to somebody's socket is not followed") {
  const TempDir dir;
  const UniqueFd other = foreign_socket(dir / "other", 5);
  std::filesystem::create_symlink(dir / "other", dir / "s");
  CHECK(code(dir / "s") == std::errc::file_exists);
  CHECK(std::filesystem::exists(dir / "other"));
}

TEST_CASE("a datagram socket at the path is refused and left alone") {
  const TempDir dir;
  const UniqueFd other = foreign_socket(dir / "s", -1, SOCK_DGRAM);
  CHECK_FALSE(refusal(dir / "s").empty());
  CHECK(S_ISSOCK(found_at(dir / "s").st_mode));
}

TEST_CASE("a dead socket of another user is left alone unless we are root") {
  if (::geteuid() != 0) return;  // only root may make one
  const TempDir dir;
  foreign_socket(dir / "s", 5).reset();
  REQUIRE(::chown((dir / "s").c_str(), 4242, 4242) == 0);
  CHECK(refusal(dir / "s").empty());

  foreign_socket(dir / "s", 5).reset();
  std::filesystem::permissions(dir / "s", std::filesystem::perms(0666));
  REQUIRE(::chmod((dir / "").c_str(), 0777) == 0);
  REQUIRE(::unlink((dir / "s.lock").c_str()) == 0);
  REQUIRE(::seteuid(65534) == 0);
  const std::string refused = refusal(dir / "s");
  REQUIRE(::seteuid(0) == 0);
  CHECK(refused == (dir / "s").string() + " is a socket of uid 0 and is left alone: File exists");
}

TEST_CASE("a socket that cannot be made says what was attempted") {
  const TempDir dir;
  CHECK(refusal(dir / "missing/s") ==
        "opening " + (dir / "missing/s.lock").string() + ": No such file or directory");
  const path too_long = dir / std::string(100, 'x').c_str();
  CHECK(refusal(too_long) ==
        "the socket's path " + too_long.string() + " is longer than 103 bytes: File name too long");
  std::filesystem::create_symlink(dir / "elsewhere", dir / "s.lock");
  CHECK(code(dir / "s") == std::errc::too_many_symbolic_link_levels);
  CHECK_FALSE(std::filesystem::exists(dir / "elsewhere"));
}

TEST_CASE("a file that somebody put in the place of ours outlives us") {
  const TempDir dir;
  {
    const auto opened = ListeningSocket::open({.path = dir / "s", .mode = 0660, .group = {}});
    REQUIRE(opened.has_value());
    std::filesystem::remove(dir / "s");
    std::ofstream(dir / "s") << "new";
  }
  CHECK(std::filesystem::exists(dir / "s"));
}
