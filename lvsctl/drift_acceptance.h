#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lvsd::ctl {

// The weight that the kernel has of a server in the place of the one that is wanted, where that is
// all they differ in: "NAT weight 5 upper 100" of "NAT weight 10 upper 100" is 5.
std::optional<std::uint32_t> changed_weight(std::string_view found, std::string_view wanted);

}  // namespace lvsd::ctl
