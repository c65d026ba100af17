#pragma once

#include <optional>
#include <string>

#include "config/load.h"

namespace lvsd {

// A file of keepalived's, rewritten as ours.
struct Imported {
  // Loads to what `loaded` holds; begins with a comment that lists what was left behind. Absent
  // where the file has errors.
  std::optional<std::string> text;
  Loaded loaded;
};

// `options.lenient` does not count: the file is read as keepalived reads it.
Imported imported(const std::string& path, const Files& files, LoadOptions options);

// The same of what `ipvsadm -Sn` saved.
Imported imported_rules(const std::string& path, const Files& files, LoadOptions options);
// And of a text of it, from wherever it is.
Imported imported_rules(const std::string& text, const std::string& name, LoadOptions options);

}  // namespace lvsd
