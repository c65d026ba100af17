#include "lvsctl/target.h"

#include <catch2/catch.hpp>

using namespace lvsd::ctl;

TEST_CASE("a pattern is of the whole name and its star stands for anything") {
  CHECK(matches_pattern("web", "web"));
  CHECK_FALSE(matches_pattern("web", "web1"));
  CHECK_FALSE(matches_pattern("web1", "web"));
  CHECK(matches_pattern("web*", "web"));
  CHECK(matches_pattern("web*", "web01"));
  CHECK(matches_pattern("*01", "web0101"));
  CHECK(matches_pattern("w*b*1", "wab-bb-1"));
  CHECK_FALSE(matches_pattern("w*b*1", "wab-bb-2"));
  CHECK(matches_pattern("db?", "db1"));
  CHECK_FALSE(matches_pattern("db?", "db"));
  CHECK_FALSE(matches_pattern("db?", "db12"));
  CHECK(matches_pattern("**", ""));
  CHECK_FALSE(matches_pattern("", "web"));
}

TEST_CASE("what is not a star or a question mark stands for itself in a pattern") {
  CHECK(matches_pattern("[2001:db8::*]:25", "[2001:db8::26]:25"));
  CHECK_FALSE(matches_pattern("10.0.0.1?", "10.0.0x11"));
}

TEST_CASE("a pattern of many stars is answered at once") {
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "*a";
  CHECK_FALSE(matches_pattern(pattern + "b", std::string(5000, 'a')));
}
