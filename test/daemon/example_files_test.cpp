#include <catch2/catch.hpp>
#include <filesystem>

#include "config/load.h"
#include "daemon/config_file.h"

using namespace lvsd;

TEST_CASE("every file under conf loads without a word") {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LVSD_SOURCE_DIR "/conf")) {
    if (entry.path().extension() != ".conf") continue;
    ++files;
    const Loaded loaded = load(entry.path(), disk_files(), {});
    INFO(text(loaded.diagnostics));
    REQUIRE(loaded.config);
    CHECK(loaded.diagnostics.empty());
    CHECK_FALSE(loaded.config->virtual_servers.empty());
  }
  CHECK(files >= 4);
}
