#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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

// How much of a number is shown: "1.2K", or all of it.
enum class Digits : std::uint8_t { some, all };
// Of api/units.h; all digits of bytes have no unit.
std::string amount_text(std::optional<std::uint64_t> amount, Digits digits);
std::string bytes_text(std::optional<std::uint64_t> bytes, Digits digits);

// "10s", "500ms", "2m", "1h"; a number alone is seconds. Nothing for 0, or for what is no time.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace lvsd::ctl
