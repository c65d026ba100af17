#include <catch2/catch.hpp>

#include "health/echo.h"
#include "health/line_reader.h"
#include "health/script_check.h"

using namespace lvsd;
using How = Ended::How;

namespace {

// "PROCOK the file says 3, +3".
std::string file(std::string_view content, std::int32_t weight, bool reverse = false) {
  const ScriptWord word = file_word({.weight = weight, .reverse = reverse}, content);
  std::string out = text(word.judgement);
  REQUIRE(word.weight);
  if (word.weight->kind == WeightWish::Kind::add) out += ", " + std::to_string(word.weight->value);
  return out;
}

}  // namespace

TEST_CASE("the number in a file is added to the weight or fails the server") {
  CHECK(file("3\n", 1) == "PROCOK the file says 3, 3");
  CHECK(file(" -3", 2) == "PROCOK the file says -3, -6");
  CHECK(file("3", 2, true) == "PROCOK the file says 3, -6");
  CHECK(file("0x10", 1) == "PROCOK the file says 16, 16");
  CHECK(file("010", 1) == "PROCOK the file says 8, 8");
  CHECK(file("", 1) == "PROCOK the file says 0, 0");
  CHECK(file("up", 1) == "PROCOK the file says 0, 0");
  CHECK(file("99999999999999999999", 1) == "PROCOK the file says 0, 0");
  CHECK(file("0", 0) == "PROCOK the file says 0");
  CHECK(file("7", 0) == "PROCERR the file says 7");
  CHECK(file("7", 0, true) == "PROCOK the file says 7");
  CHECK(file("0", 0, true) == "PROCERR the file says 0");
}

TEST_CASE("a product of file and weight at keepalived's bound fails the server") {
  CHECK(file("-2147483647", 1) == "PROCOK the file says -2147483647, -2147483647");
  CHECK(file("-2147483648", 1) == "PROCERR the file says -2147483648");
  CHECK(file("2147483647", 2147483647) == "PROCOK the file says 2147483647, 2147483647");
  CHECK(file("4294967295", 2147483647, true) == "PROCERR the file says 4294967295");
}

TEST_CASE("every end of a program is a result") {
  const auto outcome = [](bool dynamic, Ended ended) {
    return text(script_word({.dynamic = dynamic}, ended, "said\nmore").judgement);
  };
  CHECK(outcome(false, {How::exited, 0}) == "PROCOK said");
  CHECK(outcome(false, {How::exited, 2}) == "PROCERR/2 said");
  CHECK(outcome(true, {How::exited, 2}) == "PROCOK/2 said");
  CHECK(outcome(true, {How::exited, 255}) == "PROCOK/255 said");
  CHECK(outcome(true, {How::exited, 1}) == "PROCERR/1 said");
  CHECK(outcome(true, {How::killed, 11}) == "PROCERR/11 killed by signal 11");
  CHECK(outcome(true, {How::timed_out, 0}) == "PROCTOUT said");
  CHECK(outcome(true, {How::not_started, 2}) == "PROCERR/2 not started: No such file or directory");
}

TEST_CASE("an echo reply is one to our request only") {
  for (const Family family : {Family::v4, Family::v6}) {
    std::string message = echo_request(family, 77);
    CHECK(!is_echo_reply(family, 77, message));
    message[0] = static_cast<char>(family == Family::v4 ? 0 : 129);
    CHECK(is_echo_reply(family, 77, message));
    CHECK(!is_echo_reply(family, 78, message));
    CHECK(!is_echo_reply(family, 77, message + "x"));
    CHECK(!is_echo_reply(family, 77, message.substr(0, 7)));
    CHECK(!is_echo_reply(family, 77, ""));
  }
}

TEST_CASE("a line reader hands out whole lines and stops at its limit") {
  LineReader lines(5);
  std::string_view bytes = "ab\r\nc";
  CHECK(lines.line(bytes) == "ab");
  CHECK(!lines.line(bytes));
  bytes = "d\nabcdef\n";
  CHECK(lines.line(bytes) == "cd");
  CHECK(!lines.line(bytes));
  CHECK(lines.is_overlong());
}
