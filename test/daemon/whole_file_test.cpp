#include "daemon/whole_file.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <string>

using namespace lvsd;

namespace {

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "whole-file-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a text that is given in pieces is in the file as one") {
  const TemporaryFolder folder;
  const auto path = folder.path / "whole";
  for (unsigned seed = 0; seed < 30; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::string whole;
    const auto written = replace_file(path, [&](const TakePiece& take) {
      for (unsigned i = 0; i < seed; ++i) {
        const std::size_t most = random() % 4 == 0 ? 50000 : 5000;
        const std::string piece(random() % most, static_cast<char>('a' + random() % 26));
        whole += piece;
        take(piece);
      }
    });
    REQUIRE(written.has_value());
    const auto read = file_content(path, whole.size());
    REQUIRE(read.has_value());
    CHECK(*read == whole);
  }
}
