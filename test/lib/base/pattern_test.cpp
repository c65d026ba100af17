#include "base/pattern.h"

#include <catch2/catch.hpp>

using namespace lvsd;

namespace {

bool matches(std::string_view pattern, std::string_view text, std::string_view options = "") {
  const Pattern compiled(pattern, options);
  INFO(pattern << ": " << compiled.refusal());
  REQUIRE(compiled.is_valid());
  return compiled.matches(text);
}

}  // namespace

TEST_CASE("patterns match as PCRE's do") {
  CHECK(matches("wor.d", "hello world"));
  CHECK(!matches("^world", "hello world"));
  CHECK(!matches("WORLD", "hello world"));
  CHECK(matches("WORLD", "hello world", "caseless"));
  CHECK(!matches("hello.world", "hello\nworld"));
  CHECK(matches("hello.world", "hello\nworld", "dotall"));
  CHECK(!matches("^world", "hello\nworld"));
  CHECK(matches("^world", "hello\nworld", "multiline dotall"));
  CHECK(!matches("a.c",
                 "a\xc3\xa4"
                 "c"));
  CHECK(matches("a.c",
                "a\xc3\xa4"
                "c",
                "utf"));
  CHECK(matches("[.]", "a.b"));
  CHECK(!matches("a.b", "a.c", "literal"));
}

TEST_CASE("the dollar of a pattern holds before the last line feed as PCRE's does") {
  CHECK(matches("OK$", "OK"));
  CHECK(matches("OK$", "OK\n"));
  CHECK(!matches("OK$", "OK\n\n"));
  CHECK(!matches("OK$", "OK\nmore"));
  CHECK(matches("OK$", "OK\nmore", "multiline"));
  CHECK(!matches("OK$", "OK\n", "dollar_endonly"));
  CHECK(matches("OK\\Z", "OK\n"));
  CHECK(!matches("OK\\z", "OK\n"));
  CHECK(matches("a\\$b", "a$b"));
  CHECK(matches("a[$]b", "a$b"));
  CHECK(matches("a[]$]b", "a$b"));
  CHECK(matches("a[^]x]b", "a$b"));
  CHECK(matches("a[[:alpha:]$]b", "a$b"));
  CHECK(matches("a\\Q$\\Eb", "a$b"));
  CHECK(matches("^$", ""));
}

TEST_CASE("what only backtracking can match is refused with the reason") {
  for (const char* pattern : {"(?=x)", "(?<!x)y", "(a)\\1", "(?>a+)b", "a++", "(?R)", "(", "["}) {
    INFO(pattern);
    CHECK(!Pattern(pattern, "").is_valid());
    CHECK(!Pattern(pattern, "").refusal().empty());
  }
  CHECK(Pattern("x", "extended").refusal() == "the option 'extended' is not supported");
  CHECK(Pattern("x", "caseless no_auto_capture").is_valid());
}

TEST_CASE("a match starts within the offsets") {
  const Pattern pattern("ab", "");
  CHECK(pattern.matches("..ab..", 2, 3));
  CHECK(!pattern.matches("..ab..", 3));
  CHECK(!pattern.matches("..ab..", 0, 2));
  CHECK(!pattern.matches("..ab..", 100));
}
