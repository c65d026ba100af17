#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/load.h"

namespace lvsd {

// What there is to say of a file beside its diagnostics: `lvsctl config check`, `lvsd
// --check-config`.
struct Report {
  std::string file;
  bool valid = false;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  // Of a valid file.
  std::size_t virtual_servers = 0;
  std::size_t real_servers = 0;
  std::vector<std::string> modules;  // of the kernel, that it needs
};

Report report(const std::string& file, const Loaded& loaded);

// "lvsd.conf: ok, 2 virtual servers, 4 real servers; 0 errors, 1 warning\nkernel modules: ip_vs
// …\n".
std::string text(const Report& report);

}  // namespace lvsd
