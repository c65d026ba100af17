#include "base/rare.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace lvsd;

TEST_CASE("a value that is seldom there behaves as if it always were") {
  Rare<std::string> name;
  CHECK(name.empty());
  CHECK(*name == "");
  CHECK(sizeof name == sizeof(void*));
  name = "web01";
  CHECK_FALSE(name.empty());
  CHECK(name == "web01");
  CHECK(name->size() == 5);
  const Rare<std::string> copy = name;
  name = "";
  CHECK(name.empty());
  CHECK(name == Rare<std::string>());
  CHECK(copy == "web01");
  CHECK_FALSE(copy == name);
  name = copy;
  CHECK(name == copy);
  const Rare<std::string> moved = std::move(name);
  const std::string& text = moved;
  CHECK(text == "web01");
}
