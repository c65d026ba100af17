#include "lvsctl/formats.h"

#include <catch2/catch.hpp>

#include "lvsctl/render.h"

using namespace lvsd::ctl;

namespace {

std::string yaml(std::string_view json) {
  const auto text = yaml_text(json);
  return text ? *text : "no JSON";
}
std::string csv(std::string_view json, bool header = true) {
  const auto text = csv_text(json, header);
  return text ? *text : "no JSON";
}

std::string in_order(std::vector<std::string> words) {
  Table table;
  table.columns = {{"A"}, {"SINCE"}};
  for (std::string& word : words)
    table.rows.push_back({{"x"}, {std::move(word)}});
  REQUIRE(sort_rows(table, "since"));
  std::string out;
  for (const auto& row : table.rows)
    out += row[1].text + " ";
  return out;
}

}  // namespace

TEST_CASE("YAML says what JSON said") {
  CHECK(yaml(R"({"a":1,"b":[{"c":"web","d":null,"e":[]},{"c":{"f":true}}],"g":{},"h":[1,[2]]})") ==
        "a: 1\n"
        "b:\n"
        "  - c: web\n"
        "    d: null\n"
        "    e: []\n"
        "  - c:\n"
        "      f: true\n"
        "g: {}\n"
        "h:\n"
        "  - 1\n"
        "  -\n"
        "    - 2\n");
  CHECK(yaml("{") == "no JSON");
}

TEST_CASE("answers for several targets are several documents of YAML and one table of CSV") {
  const std::string two =
      "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\n  \"a\": {\n    \"b\": 2\n  },\n  \"c\": 3\n}\n";
  CHECK(yaml(two) == "a:\n  b: 1\n---\na:\n  b: 2\nc: 3\n");
  CHECK(csv(two) == "a.b,c\n1,\n2,3\n");
  CHECK(csv("{\"items\":[{\"a\":1},{\"a\":2}]}\n{\"items\":[{\"a\":3}]}\n") == "a\n1\n2\n3\n");
  CHECK(yaml(two + "{") == "no JSON");
}

TEST_CASE("the columns of CSV stand in the order of the fields whatever is null in whom") {
  CHECK(csv(R"({"items":[{"p":{"y":1},"q":null,"b":2},{"p":null,"q":{"x":3},"b":4}]})") ==
        "p.y,q.x,b\n1,,2\n,3,4\n");
  CHECK(csv(R"({"items":[{"p":null,"q":{"x":3},"b":4},{"p":{"y":1},"q":null,"b":2}]})") ==
        "p.y,q.x,b\n,3,4\n1,,2\n");
  CHECK(csv(R"({"items":[{"a":1,"p":{"y":1}},{"a":2,"p":null}]})") == "a,p.y\n1,1\n2,\n");
}

TEST_CASE("a text that YAML would take for something else is quoted") {
  for (const char* word : {"yes", "Null", "on", "1.5", "0x10", "", "a: b", "a #b", "-", "~",
                           "12:30", "tcp 10.0.0.1:80", "{", "*x", "!x", "%", "@", "'", "\xc3\xa9"})
    CHECK(yaml("[\"" + std::string(word) + "\"]") == "- \"" + std::string(word) + "\"\n");
  CHECK(yaml(R"(["a\nb\"\\\u001b"])") == "- \"a\\nb\\\"\\\\\\u001b\"\n");
  for (const char* word : {"web", "L7OK", "web-01/x.y"})
    CHECK(yaml("[\"" + std::string(word) + "\"]") == "- " + std::string(word) + "\n");
}

TEST_CASE("CSV has a line an item and a column a field of any of them") {
  CHECK(csv(R"({"items":[{"a":"x","b":{"c":1,"d":null}},{"a":"y,\"z","b":{"c":2,"d":{"e":3}},)"
            R"("f":["p","q"]}]})") ==
        "a,b.c,b.d.e,f\n"
        "x,1,,\n"
        "\"y,\"\"z\",2,3,p q\n");
  CHECK(csv(R"({"a":1,"b":true})") == "a,b\n1,true\n");
  CHECK(csv(R"({"a":1,"b":true})", false) == "1,true\n");
  CHECK(csv(R"({"items":[]})").empty());
  CHECK(csv("nothing") == "no JSON");
}

TEST_CASE("rows are sorted as what their words mean") {
  CHECK(in_order({"1.2K", "310", "42M", "9"}) == "9 310 1.2K 42M ");
  CHECK(in_order({"3.1 MB", "640 B", "9.8 kB"}) == "640 B 9.8 kB 3.1 MB ");
  CHECK(in_order({"22m", "3d2h", "4m12s", "87ms", "24s"}) == "87ms 24s 4m12s 22m 3d2h ");
  CHECK(in_order({"10.0.0.10:80", "10.0.0.9:80", "10.0.0.9:8"}) ==
        "10.0.0.9:8 10.0.0.9:80 10.0.0.10:80 ");
  CHECK(in_order({"web10", "web9", "-", "5", "3s"}) == "5 3s - web9 web10 ");
  Table table;
  table.columns = {{"A"}};
  CHECK_FALSE(sort_rows(table, "B"));
}
