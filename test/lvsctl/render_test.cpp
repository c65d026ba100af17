#include "lvsctl/render.h"

#include <catch2/catch.hpp>

#include "lvsctl/display_width.h"

using namespace lvsd::ctl;

namespace {

Table table() {
  Table table;
  table.columns = {{"NAME"}, {"COUNT", true, 1}, {"STATE", false, 2}, {"NOTE", false, 3}};
  table.rows = {{{"web"}, {"7"}, {"ACTIVE", Style::good}, {"a"}},
                {{"한국어"}, {"12345678"}, {"DOWN", Style::bad}, {""}}};
  return table;
}

}  // namespace

TEST_CASE("columns are as wide as their widest cell on the screen") {
  CHECK(text(table(), {}) ==
        "NAME       COUNT  STATE   NOTE\n"
        "web            7  ACTIVE  a\n"
        "한국어  12345678  DOWN\n");
}

TEST_CASE("without titles a column is as wide as its cells") {
  CHECK(text(table(), {.header = false}, 2) ==
        "  web            7  ACTIVE  a\n"
        "  한국어  12345678  DOWN\n");
}

TEST_CASE("a narrow screen goes without the columns of the highest rank and keeps the first") {
  const auto columns = [](std::size_t width) {
    const std::string out = text(table(), {.width = width});
    return out.substr(0, out.find('\n'));
  };
  CHECK(columns(30) == "NAME       COUNT  STATE   NOTE");
  CHECK(columns(29) == "NAME       COUNT  STATE");
  CHECK(columns(24) == "NAME       COUNT  STATE");
  CHECK(columns(23) == "NAME       COUNT");
  CHECK(columns(15) == "NAME");
  CHECK(columns(1) == "NAME");
}

TEST_CASE("colour does not move columns and plain cells have none") {
  CHECK(text(table(), {.color = true}) ==
        "NAME       COUNT  STATE   NOTE\n"
        "web            7  \x1b[32mACTIVE\x1b[0m  a\n"
        "한국어  12345678  \x1b[31mDOWN\x1b[0m\n");
}

TEST_CASE("a table without rows is nothing") {
  CHECK(text(Table{{{"NAME"}}, {}}, {}).empty());
}

TEST_CASE("pieces flow to the next line when they would not fit") {
  const std::vector<std::string> pieces = {"one", "two", "\x1b[31mthree\x1b[0m"};
  CHECK(flowing(pieces, {}, 2) == "one   two   \x1b[31mthree\x1b[0m");
  CHECK(flowing(pieces, {.width = 17}, 2) == "one   two   \x1b[31mthree\x1b[0m");
  CHECK(flowing(pieces, {.width = 16}, 2) == "one   two\n  \x1b[31mthree\x1b[0m");
  CHECK(flowing(pieces, {.width = 1}, 2) == "one\n  two\n  \x1b[31mthree\x1b[0m");
}

TEST_CASE("width on the screen counts what is seen") {
  CHECK(display_width("") == 0);
  CHECK(display_width("[2001:db8::25]:25") == 17);
  CHECK(display_width("한국어") == 6);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("\x1b[31mDOWN\x1b[0m") == 4);
  CHECK(display_width("\x1b[") == 0);
  CHECK(display_width("\xff\xff") == 2);
}
