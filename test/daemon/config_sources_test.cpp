#include "daemon/config_sources.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "daemon/config_file.h"
#include "test/daemon/raw_client.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

const std::string one_service = "virtual_server 10.0.0.1 80 {\n}\n";

// A file that includes a folder, and was read.
struct Site {
  Site() {
    std::filesystem::create_directory(folder / "conf.d");
    write("conf.d/a.conf", one_service);
    write("lvsd.conf", "include conf.d/*.conf\n");
    take();
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name.c_str()) << text;
  }
  void take() {
    Recorded read = recorded(folder / "lvsd.conf", disk_files(), {});
    REQUIRE(read.loaded.config);
    sources.emplace(read.recording, read.fingerprint);
  }
  bool changed() { return sources->have_changed(disk_files()); }

  TempDir folder;
  std::optional<ConfigSources> sources;
};

}  // namespace

TEST_CASE("files that say what they said have not changed, whoever wrote them again") {
  Site site;
  CHECK_FALSE(site.changed());
  site.write("conf.d/a.conf", one_service);
  CHECK_FALSE(site.changed());
  std::filesystem::rename(site.folder / "conf.d/a.conf", site.folder / "conf.d/b");
  std::filesystem::copy_file(site.folder / "conf.d/b", site.folder / "conf.d/a.conf");
  CHECK_FALSE(site.changed());
}

TEST_CASE("a file that says something else has changed until it says the same again") {
  const std::string file = GENERATE("lvsd.conf", "conf.d/a.conf");
  Site site;
  CHECK_FALSE(site.changed());
  std::ofstream(site.folder / file.c_str(), std::ios::app) << "# another word\n";
  CHECK(site.changed());
  CHECK(site.changed());
  site.write(file, file == "lvsd.conf" ? "include conf.d/*.conf\n" : one_service);
  CHECK_FALSE(site.changed());
}

TEST_CASE("a change right after the load, which neither size nor clock tells, is seen") {
  Site site;
  site.write("conf.d/a.conf", "virtual_server 10.0.0.2 80 {\n}\n");
  CHECK(site.changed());
  site.write("conf.d/a.conf", one_service);
  CHECK_FALSE(site.changed());
}

TEST_CASE("a file that a pattern did not find before is a change, and so is one that has gone") {
  Site site;
  CHECK_FALSE(site.changed());
  site.write("conf.d/b.conf", "");
  CHECK(site.changed());
  std::filesystem::remove(site.folder / "conf.d/b.conf");
  CHECK_FALSE(site.changed());
  std::filesystem::remove(site.folder / "conf.d/a.conf");
  CHECK(site.changed());
}

TEST_CASE("what has become a pipe or unreadable has changed, and nobody waits for it") {
  Site site;
  CHECK_FALSE(site.changed());
  std::filesystem::remove(site.folder / "lvsd.conf");
  CHECK(site.changed());
  REQUIRE(::mkfifo((site.folder / "lvsd.conf").c_str(), 0600) == 0);
  CHECK(site.changed());
}

TEST_CASE("files that are as they were at the last look are not read again") {
  // Files of the system, changed long ago.
  Recording recording{.file = "/etc/hostname"};
  recording.texts["/etc/os-release"] = "";
  ConfigSources sources(recording, "another");
  int readings = 0;
  Files files = disk_files();
  files.read = [&readings, read = files.read](const std::string& path) {
    ++readings;
    return read(path);
  };
  CHECK(sources.have_changed(files));
  CHECK(sources.have_changed(files));
  CHECK(readings == 1);
}
