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
