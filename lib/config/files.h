#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lvsd {

// The file system as the configuration sees it. The daemon and lvsctl read the disk
// (daemon/config_file.h), tests a map.
struct Files {
  // The whole text of a regular file. Errors: not there, not readable, not a regular file, too
  // large, changed while it was read.
  std::function<Result<std::string>(const std::string& path)> read;

  // What glob(3) with brace expansion finds, sorted; empty when nothing matches. A pattern without
  // wildcards "matches" itself only when it exists.
  std::function<Result<std::vector<std::string>>(const std::string& pattern)> glob;

  // Whether any execute bit is set: keepalived skips such files when they are included. May be
  // empty: none is.
  std::function<bool(const std::string& path)> executable;
};

}  // namespace lvsd
