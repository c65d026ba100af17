#include "config/entries.h"

#include <catch2/catch.hpp>

#include "config/changes.h"
#include "test/text/config.h"

using namespace lvsd;

namespace {

// What `statements` say is written, loads to the same, and is then written the same.
void check_is_kept(const std::string& statements, const LoadOptions& options = {}) {
  const Loaded loaded = test::load_text(statements, options);
  INFO(statements << text(loaded.diagnostics));
  REQUIRE(loaded.config);
  for (const Detail detail : {Detail::effective, Detail::changed}) {
    const std::string written = configuration_text(*loaded.config, detail);
    const Loaded again = test::load_text(written);
    INFO(written << text(again.diagnostics));
    REQUIRE(again.config);
    INFO(text(changes(*loaded.config, *again.config)));
    CHECK(*again.config == *loaded.config);
    CHECK(configuration_text(*again.config, detail) == written);
  }
}

std::string service_with(const std::string& statements) {
  return "virtual_server 10.0.0.1 80 {\nprotocol TCP\n" + statements +
         "\nreal_server 10.0.0.2 80 {\n}\n}\n";
}

}  // namespace

TEST_CASE("a netmask that persistence_timeout 0 makes void is not kept") {
  const std::string mask = "persistence_granularity 255.255.255.0\n";
  check_is_kept(service_with(mask));
  check_is_kept(service_with(mask + "persistence_timeout 0\n"));
  check_is_kept(service_with("persistence_timeout 0\n" + mask));
  const Config config = test::config(service_with(mask + "persistence_timeout 0\n"));
  CHECK(text(config.virtual_servers[0].settings, Family::v4) == "wlc");
}

TEST_CASE("persistence that a service without port is given keeps its netmask") {
  const std::string statements =
      "virtual_server 10.0.0.1 {\nprotocol TCP\npersistence_granularity 255.255.255.0\n"
      "persistence_timeout 0\nreal_server 10.0.0.2 {\n}\n}\n";
  check_is_kept(statements);
  const Config config = test::config(statements);
  CHECK(text(config.virtual_servers[0].settings, Family::v4) ==
        "wlc persistent 360 netmask 255.255.255.0");
}
