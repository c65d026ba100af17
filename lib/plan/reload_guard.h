#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/config.h"

// `reload_guard`: a new file that removes much of what runs is more likely a slip (a lost include,
// a template that came out empty) than a wish. Asked before a reload changes anything.

namespace lvsd {

// Why `next` is not to replace `current` unless it is forced: more than `percent` of the virtual
// and real servers of `current` are not in it. Nothing where that is not so, or `percent` is 0.
std::optional<std::string> guarded(const Config& current, const Config& next,
                                   std::uint32_t percent);

}  // namespace lvsd
