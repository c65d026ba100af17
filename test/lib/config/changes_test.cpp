#include "config/changes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>

#include "test/text/config.h"

using namespace lvsd;

namespace {

// A virtual server for each letter; a capital is the small one's with another weight.
Config site(std::string_view letters) {
  std::string text;
  for (const char letter : letters) {
    const bool is_changed = letter < 'a';
    const int number = (letter | 0x20) - 'a' + 1;
    text += "virtual_server 10.0.0." + std::to_string(number) + " 80 {\nprotocol TCP\n" +
            "real_server 10.0.1.1 80 {\nweight " + (is_changed ? "2" : "1") + "\n}\n}\n";
  }
  const Loaded loaded = test::load_text(text);
  REQUIRE(loaded.config);
  return *loaded.config;
}

std::string numbers(std::span<const VirtualServer> services) {
  std::string out;
  for (const VirtualServer& service : services)
    out += static_cast<char>(service.services.front().address.bytes[3] + 'a' - 1);
  return out;
}

std::string left_of(std::string_view before, std::string_view after) {
  const Config old = site(before);
  const Config next = site(after);
  const Differing services = differing(old, next);
  return numbers(services.before) + "|" + numbers(services.after);
}

}  // namespace

TEST_CASE("what two files begin and end with is left out of their comparison") {
  CHECK(left_of("abc", "abc") == "|");
  CHECK(left_of("", "") == "|");
  CHECK(left_of("", "ab") == "|ab");
  CHECK(left_of("abc", "aBc") == "b|b");
  CHECK(left_of("abcd", "abxcd") == "|x");
  CHECK(left_of("abcd", "ad") == "bc|");
  CHECK(left_of("ab", "abc") == "|c");
  CHECK(left_of("abc", "bc") == "a|");
  CHECK(left_of("abc", "cab") == "abc|cab");
}

TEST_CASE("law: leaving that out makes no difference to what is said to have changed") {
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    const auto letters = [&random] {
      std::string out;
      for (const char letter : std::string_view("abcdef"))
        if (random() % 4 != 0) out += static_cast<char>(random() % 4 == 0 ? letter - 0x20 : letter);
      if (random() % 3 == 0) std::shuffle(out.begin(), out.end(), random);
      return out;
    };
    const std::string before = letters();
    const std::string after = letters();
    INFO(before << " " << after);
    const Config old = site(before);
    const Config next = site(after);
    CHECK(text(changes(old, next)) ==
          text(changes(old, next, {old.virtual_servers, next.virtual_servers})));
  }
}
