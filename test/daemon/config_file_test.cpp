#include "daemon/config_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "config/load.h"

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

// A folder of the test's own, gone with the object.
class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "lvsd-files-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

// What is said of a file that cannot be read; the folder's name taken out.
std::string told(const Folder& folder, const fs::path& file) {
  const Loaded loaded = load(file, disk_files(), {});
  CHECK_FALSE(loaded.config);
  std::string out = text(loaded.diagnostics);
  const std::string prefix = (folder / "").string();
  for (std::size_t at = 0; (at = out.find(prefix)) != out.npos;)
    out.erase(at, prefix.size());
  return out;
}

}  // namespace

TEST_CASE("what is no file is told as such and nobody waits for it") {
  const Folder folder;
  fs::create_directory(folder / "directory");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("loop", folder / "loop");

  CHECK(told(folder, folder / "none") ==
        "error: reading 'none': No such file or directory [LVC001]\n");
  CHECK(told(folder, folder / "directory") ==
        "error: reading 'directory': not a file: Is a directory [LVC001]\n");
  CHECK(told(folder, folder / "pipe") ==
        "error: reading 'pipe': not a regular file: Invalid argument [LVC001]\n");
  CHECK(told(folder, folder / "loop") ==
        "error: reading 'loop': Too many levels of symbolic links [LVC001]\n");
}

TEST_CASE("a file may have 16 MiB and no byte more") {
  const Folder folder;
  const std::string comment = "#" + std::string((16 << 20) - 1, 'x');
  const Loaded loaded = load(folder.write("fits", comment), disk_files(), {});
  CHECK(loaded.config.has_value());
  CHECK(told(folder, folder.write("large", comment + "x")) ==
        "error: reading 'large': larger than 16 MiB: File too large [LVC001]\n");
}

TEST_CASE("an include of what is no plain file is told where it stands") {
  const Folder folder;
  fs::create_directory(folder / "conf.d");
  fs::create_directory(folder / "conf.d/sub.conf");
  folder.write("conf.d/run.conf", "");
  ::chmod((folder / "conf.d/run.conf").c_str(), 0755);
  CHECK(told(folder, folder.write("main.conf", "include conf.d/*.conf\n")) ==
        "main.conf:1:9: error: 'conf.d/run.conf' is executable and is left out [LVC006]\n"
        "    1 | include conf.d/*.conf\n"
        "      |         ^~~~~~~~~~~~~\n"
        "main.conf:1:9: error: reading 'conf.d/sub.conf/': not a file: Is a directory [LVC006]\n"
        "    1 | include conf.d/*.conf\n"
        "      |         ^~~~~~~~~~~~~\n");
}
