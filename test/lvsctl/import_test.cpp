#include "config/import.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "daemon/config_file.h"

using namespace lvsd;

namespace {

// Every configuration of the project, keepalived's and ours.
std::set<std::filesystem::path> project_files() {
  std::set<std::filesystem::path> out;
  const std::filesystem::path root = LVSD_SOURCE_DIR;
  for (const char* folder : {"conf", "test/data/config", "test/lvsctl/files"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".conf") out.insert(entry.path());
  return out;
}

}  // namespace

TEST_CASE("an imported file loads strictly and to what was imported") {
  int count = 0;
  for (const auto& path : project_files()) {
    INFO(path);
    const Imported made = imported(path, disk_files(), {.config_id = "lb1"});
    if (!made.text) continue;
    Files files = disk_files();
    files.read = [&](const std::string&) -> Result<std::string> { return *made.text; };
    const Loaded again = load("imported.conf", files, {.lenient = false, .config_id = "lb1"});
    INFO(*made.text << text(again.diagnostics));
    REQUIRE(again.config);
    CHECK(*again.config == *made.loaded.config);
    ++count;
  }
  CHECK(count >= 8);
}
