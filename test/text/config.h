#pragma once

#include <map>
#include <string>

#include "config/load.h"

namespace lvsd::test {

// Files from a map, the first of them named by `load_text`.
Files files_of(std::map<std::string, std::string> files);

// The files of the disk, without the daemon's checks.
Files disk();

// Loads `text` as the file "test.conf".
Loaded load_text(const std::string& text, const LoadOptions& options = {});

// The configuration of a text that has no error; fails the test with the diagnostics otherwise.
Config config(const std::string& text);

}  // namespace lvsd::test
