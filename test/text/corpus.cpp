#include "test/text/corpus.h"

#include <algorithm>
#include <cstdlib>

namespace lvsd::test {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> out;
  if (!fs::is_directory(directory)) return out;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".conf") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::vector<fs::path> corpus_files() {
  if (const char* given = std::getenv("LVSD_CORPUS")) return files_in(given);
  return files_in(fs::path(LVSD_SOURCE_DIR) / ".." / "shared" / "corpus");
}

std::vector<fs::path> own_files() {
  return files_in(fs::path(LVSD_SOURCE_DIR) / "test" / "data" / "config");
}

}  // namespace lvsd::test
