#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/moment.h"

// Numbers as people read them, in lvsctl and on the status page.

namespace lvsd::api {

// "310", "1.2K", "42M": powers of 1000, as ipvsadm.
std::string amount_text(std::uint64_t amount);
// "0", "640 B", "3.1 MB".
std::string bytes_text(std::uint64_t bytes);
// What is not known, or does not pass here, is "-".
std::string amount_text(std::optional<std::uint64_t> amount);
std::string bytes_text(std::optional<std::uint64_t> bytes);

// The two greatest units: "6d4h", "3m10s", "24s", "0s". Negative is "0s": clocks are set.
std::string duration_text(double seconds);
// A configured time, to the millisecond: "1.5s", "5s", "2m", "1m30.25s".
std::string period_text(double seconds);
// How long a check took: "0.4ms", "87ms", "2000ms", "12s".
std::string latency_text(double seconds);
// From `since` to `now`, "-" if it is not known.
std::string age_text(const std::optional<Moment>& since, const Moment& now);

}  // namespace lvsd::api
