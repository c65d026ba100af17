#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "api/units.h"

// Numbers as people read and write them.

namespace lvsd::ctl {

using api::age_text;
using api::amount_text;
using api::bytes_text;
using api::duration_text;
using api::latency_text;
using api::period_text;

// "10s", "500ms", "2m", "1h"; a number alone is seconds. Nothing for 0, or for what is no time.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace lvsd::ctl
