#pragma once

#include <cstdint>
#include <span>

#include "model/health.h"

// What the wishes of a server's checks make of its weight and of its state. Asked when the health
// of one of its checks has changed; what follows is `desired` (lib/plan).

namespace lvsd {

// The kernel takes weights up to this (keepalived clamps there, too).
inline constexpr std::int64_t most_weight = 2147483647;

// The weight of a server that is configured with `configured`. Each wish contributes its difference
// to that (keepalived 2.7: configured 1, FILE_CHECK +3, MISC_CHECK's code 12 give 13); the sum is
// clamped to 0..most_weight.
std::uint32_t effective_weight(std::uint32_t configured, std::span<const WeightWish> wishes);

// Maintenance beats drain, drain beats none.
AdminWish effective_wish(std::span<const AdminWish> wishes);

}  // namespace lvsd
