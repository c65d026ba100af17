#include "daemon/api_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "test/daemon/raw_client.h"

using namespace lvsd;
using lvsd::test::TempDir;

namespace {

const std::string token = "0123456789abcdef";

// The token of a file with that content and mode, or why there is none.
std::string read_token(const std::string& content, mode_t mode = 0400) {
  const TempDir directory;
  const auto file = directory / "token";
  std::ofstream(file) << content;
  REQUIRE(::chmod(file.c_str(), mode) == 0);
  const auto got = api_token(file);
  return got ? *got : text(got.error());
}

}  // namespace

TEST_CASE("the token is the first line of its file") {
  CHECK(read_token(token) == token);
  CHECK(read_token(token + "\n") == token);
  CHECK(read_token(token + "\r\nmore\n") == token);
  CHECK(read_token(token + "\n", 0600) == token);
  CHECK(read_token(token + "\n", 0440) == token);
  CHECK(read_token(std::string(512, 'x')) == std::string(512, 'x'));
}

TEST_CASE("a token that others may read or change is none") {
  for (const mode_t mode : {0444U, 0404U, 0401U, 0402U, 0420U, 0460U}) {
    INFO(mode);
    CHECK_THAT(read_token(token, mode), Catch::Contains("others may read or change it"));
  }
}

TEST_CASE("a token is long enough to be no guess and fits into a header") {
  for (const std::string& bad :
       {std::string(), std::string("\n") + token, token.substr(1), token + " x", token + "\t",
        token + "\x80", std::string(513, 'x'), std::string(100000, 'x')}) {
    INFO(bad.substr(0, 40));
    CHECK_THAT(read_token(bad), Catch::Contains("is no token"));
  }
}

TEST_CASE("what is no file holds no token and holds nobody up") {
  const TempDir directory;
  CHECK_FALSE(api_token(directory / "absent").has_value());
  CHECK_FALSE(api_token("/").has_value());
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0400) == 0);
  const auto got = api_token(pipe);
  REQUIRE_FALSE(got.has_value());
  CHECK_THAT(text(got.error()), Catch::Contains("it is no file"));
}

TEST_CASE("a token of another user is none") {
  if (::geteuid() != 0) return;
  const TempDir directory;
  const auto file = directory / "token";
  std::ofstream(file) << token;
  REQUIRE(::chmod(file.c_str(), 0400) == 0);
  REQUIRE(::chown(file.c_str(), 65534, 65534) == 0);
  const auto got = api_token(file);
  REQUIRE_FALSE(got.has_value());
  CHECK_THAT(text(got.error()), Catch::Contains("neither root nor lvsd"));
}
