#pragma once

#include <filesystem>
#include <vector>

namespace lvsd::test {

// Files as found in public, each with the table that keepalived made of it: $LVSD_CORPUS, or
// ../shared/corpus beside the project. Empty where it is absent.
std::vector<std::filesystem::path> corpus_files();

// The project's own files: test/data/config/*.conf.
std::vector<std::filesystem::path> own_files();

}  // namespace lvsd::test
