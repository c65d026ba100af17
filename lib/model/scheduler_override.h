#pragma once

#include <map>
#include <string>

#include "model/override.h"

// What an operator wishes of a whole virtual server at run time, beside the file.

namespace lvsd {

struct SchedulerOverride {
  std::string value;
  std::string hides;  // the configured one at that time
  Author by;

  bool operator==(const SchedulerOverride&) const = default;
};
using SchedulerOverrides = std::map<std::string, SchedulerOverride>;  // by name: "web"

}  // namespace lvsd
