#include "base/printable.h"

#include <catch2/catch.hpp>

using namespace lvsd;

TEST_CASE("what strangers sent is escaped and capped before anyone sees it") {
  CHECK(printable("Service Unavailable") == "Service Unavailable");
  CHECK(printable("a\r\nb\tc\\d") == "a\\r\\nb\\tc\\\\d");
  CHECK(printable(std::string_view("\x1b[31m\x00\xff", 7)) == "\\x1b[31m\\x00\\xff");
  CHECK(printable(std::string(80, 'x')) == std::string(80, 'x'));
  CHECK(printable(std::string(81, 'x')) == std::string(77, 'x') + "...");
  CHECK(printable("abcdefg\x01", 10) == "abcdefg...");
  CHECK(printable("abcdef\x01", 10) == "abcdef\\x01");
}

TEST_CASE("a line keeps its letters and shows what would steer a terminal") {
  CHECK(printable_line("Server züri 한 é is UP — \\ stays") == "Server züri 한 é is UP — \\ stays");
  CHECK(printable_line("\x1b[2J\r\n\t\x07\x7f") == "\\x1b[2J\\r\\n\\t\\x07\\x7f");
  CHECK(printable_line(std::string_view("\0", 1)) == "\\x00");
  CHECK(printable_line("\u009b31m\u202e\u2066\u200f\ufeff") ==
        "\\x9b31m\\u202e\\u2066\\u200f\\ufeff");
  CHECK(printable_line("a\xff\xc3(\x9b") == "a\\xff\\xc3(\\x9b");
  CHECK(printable_line("") == "");
  CHECK(printable_lines("a\n\x1b") == "a\n\\x1b");
}
