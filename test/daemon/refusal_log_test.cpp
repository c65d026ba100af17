#include "daemon/refusal_log.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

using namespace lvsd;
using namespace std::chrono_literals;

TEST_CASE("a storm of refusals is a line at its start and a count every ten seconds") {
  std::vector<std::string> lines;
  RefusalLog log([&](std::string_view line) { lines.emplace_back(line); });
  const Time start{};
  for (int i = 0; i < 1000; ++i)
    log.note("POST / from 192.0.2.1:1: 403", start + i * 1ms);
  CHECK(lines == std::vector<std::string>{"POST / from 192.0.2.1:1: 403"});
  log.note("the next", start + 10s);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == "the next (and 999 others since the last line)");
  log.note("much later", start + 60s);
  CHECK(lines.back() == "much later");
}

TEST_CASE("what a stranger wrote does not make a long line") {
  std::string seen;
  RefusalLog log([&](std::string_view line) { seen = line; });
  log.note(std::string(16000, 'a'), Time{});
  CHECK(seen.size() == 300);
}
