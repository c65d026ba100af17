#include "lvsctl/target.h"

#include <catch2/catch.hpp>

#include "api/filter.h"
#include "base/pattern.h"

using namespace lvsd;
using namespace lvsd::ctl;

namespace {

bool is_for(const std::string& word, const std::string& name) {
  const Pattern pattern(name_pattern(word), "utf");
  INFO(pattern.refusal());
  REQUIRE(pattern.is_valid());
  return pattern.matches(name);
}

bool chooses(const std::string& terms, const api::ServerView& server) {
  auto filter = api::filter_of<api::ServerView>(terms);
  INFO(terms << ": " << (filter ? "" : filter.error()));
  REQUIRE(filter.has_value());
  return filter->holds(api::fields_of(server));
}

api::ServerView server(const std::string& service, const std::string& name,
                       const std::string& endpoint) {
  api::ServerView out{.service = service, .server = name};
  out.endpoint = *parse_endpoint(endpoint);
  return out;
}

}  // namespace

TEST_CASE("a pattern is of the whole name and its star stands for anything") {
  CHECK(is_for("web", "web"));
  CHECK_FALSE(is_for("web", "web1"));
  CHECK_FALSE(is_for("web1", "web"));
  CHECK(is_for("web*", "web"));
  CHECK(is_for("web*", "web01"));
  CHECK(is_for("*01", "web0101"));
  CHECK(is_for("w*b*1", "wab-bb-1"));
  CHECK_FALSE(is_for("w*b*1", "wab-bb-2"));
  CHECK(is_for("db?", "db1"));
  CHECK_FALSE(is_for("db?", "db"));
  CHECK_FALSE(is_for("db?", "db12"));
  CHECK(is_for("**", ""));
  CHECK_FALSE(is_for("", "web"));
}

TEST_CASE("what is not a star or a question mark stands for itself in a pattern") {
  CHECK(is_for("[2001:db8::*]:25", "[2001:db8::26]:25"));
  CHECK_FALSE(is_for("10.0.0.1?", "10.0.0x11"));
  for (int c = 1; c < 128; ++c) {
    if (c == '*' || c == '?') continue;
    const std::string name = "a" + std::string(1, static_cast<char>(c)) + "b";
    INFO(c);
    CHECK(is_for(name, name));
    CHECK_FALSE(is_for(name, "a_b_"));
    CHECK_FALSE(is_for(name, "ab"));
  }
}

TEST_CASE("a name with a line end or a backslash is meant literally") {
  CHECK(is_for("a\nb*", "a\nb1"));
  CHECK_FALSE(is_for("a\nb", "a b"));
  CHECK_FALSE(is_for("web", "web\n"));
  CHECK(is_for("a*b", "a\n\nb"));
  CHECK(is_for("a?b", "a\nb"));
  for (const char* name : {"\\", "a\\d", "\\Q", "\\Qa\\E", "\\Z", "\\z$", "a\\"}) {
    INFO(name);
    CHECK(is_for(name, name));
    CHECK(is_for(std::string(name) + "*", std::string(name) + "5"));
  }
  CHECK_FALSE(is_for("a\\d", "a5"));
}

TEST_CASE("a question mark stands for one character however many bytes it has") {
  CHECK(is_for("stra?e", "straße"));
  CHECK(is_for("b?cher", "bücher"));
  CHECK(is_for("bü*", "bücher"));
  CHECK_FALSE(is_for("b?", "büc"));
}

TEST_CASE("a pattern of many stars is answered at once") {
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "*a";
  CHECK_FALSE(is_for(pattern + "b", std::string(5000, 'a')));
}

TEST_CASE("the filter of a pattern chooses servers by both parts, by name and by address") {
  const api::ServerView web = server("web", "web01", "10.0.0.11:80");
  CHECK(chooses(*server_filter("web*/web0?"), web));
  CHECK(chooses(*server_filter("*/10.0.0.*"), web));
  CHECK(chooses(*server_filter("web/web01"), web));
  CHECK_FALSE(chooses(*server_filter("web/web02"), web));
  CHECK_FALSE(chooses(*server_filter("dns/*"), web));
  CHECK(chooses(*server_filter("@web01"), web));
  CHECK(chooses(*server_filter("@10.0.0.11"), web));
  CHECK_FALSE(chooses(*server_filter("@web0*"), web));  // a host is one
  CHECK_FALSE(chooses(*server_filter("@10.0.0.1"), web));
  CHECK(chooses(service_filter("w?b"), web));
  CHECK_FALSE(chooses(service_filter("we"), web));
  CHECK_FALSE(server_filter("web*").has_value());
}

TEST_CASE("nothing in a pattern breaks out of its filter") {
  const api::ServerView odd = server("a\"b\\c", "x || y", "10.0.0.11:80");
  CHECK(chooses(*server_filter("a\"b\\c/x || *"), odd));
  CHECK_FALSE(chooses(*server_filter("x\" || service~\".*/x*"), odd));
}
