#pragma once

#include <cstdint>
#include <string_view>

namespace lvsd {

// The sysctls below net.ipv4.vs that `ipvs_sysctl` may set (Documentation/networking/ipvs-sysctl).
struct SysctlRange {
  std::string_view name;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view help;
  std::uint32_t values = 1;  // 0: a list of CPUs, not numbers
};

const SysctlRange* sysctl_range(std::string_view name);  // null: not known
std::string_view sysctl_names();                         // separated by blanks

}  // namespace lvsd
