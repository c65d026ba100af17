#include "model/history.h"

#include <catch2/catch.hpp>

using namespace lvsd;

TEST_CASE("the last twenty results of a check are kept") {
  CheckHistory history;
  CHECK(history.size() == 0);
  for (int i = 1; i <= 47; ++i) {
    history.add({.code = i});
    CHECK(history.newest().code == i);
    CHECK(history.size() == std::min<std::size_t>(static_cast<std::size_t>(i), 20));
    const int oldest = history.newest(history.size() - 1).code;
    CHECK(oldest == std::max(1, i - 19));
  }
}
