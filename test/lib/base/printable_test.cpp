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

TEST_CASE("a line of the log keeps its letters and shows what would steer a terminal") {
  CHECK(printable_line("Server züri is UP — \\ stays") == "Server züri is UP — \\ stays");
  CHECK(printable_line("\x1b[2J\r\n\x7f") == "\\x1b[2J\\x0d\\x0a\\x7f");
  CHECK(printable_line("\xc2\x9b"
                       "2J") == "\\xc2\\x9b2J");  // CSI as one C1 character
  CHECK(printable_line("\x9b"
                       "2J \xc3") == "\\x9b2J \\xc3");
  CHECK(printable_line("") == "");
}
