#pragma once

#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "model/config.h"

namespace lvsd {

// What `ipvsadm -Sn` saves and `ipvsadm -R` reads, as a configuration: one virtual server for each
// -A, one real server for each -a. Short and long options, "--option=VALUE" too; -C and comments
// are passed over.
struct RulesRead {
  Config config;
  Diagnostics diagnostics;  // each an error: a line that is no such rule
};
RulesRead rules_read(std::string_view text, const std::string& file);

}  // namespace lvsd
