#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/address.h"
#include "model/time.h"

namespace lvsd {

// What is asked of a server. One struct a kind; a kind has what only it needs.

// Passes when the connection is established.
struct TcpCheck {
  bool operator==(const TcpCheck&) const = default;
};

using Probe = std::variant<TcpCheck>;

// "TCP_CHECK": the word of the configuration file.
std::string_view keyword(const Probe& probe);

// How often a check runs, and how many results make a verdict.
struct CheckPolicy {
  Duration delay_loop = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(5);
  Duration delay_before_retry = std::chrono::seconds(1);
  std::optional<Duration> warmup;  // first run is spread over it; absent: delay_loop
  std::uint32_t retry = 1;         // failures that are forgiven: `fall` is retry + 1
  std::uint32_t rise = 1;          // successes that bring a failed server back
  bool alpha = false;              // down until it has passed once
  bool log_all_failures = false;

  bool operator==(const CheckPolicy&) const = default;
};

inline std::uint32_t fall(const CheckPolicy& policy) {
  return policy.retry + 1;
}

struct CheckSettings {
  Probe probe;
  CheckPolicy policy;

  bool operator==(const CheckSettings&) const = default;
};

// Where a check goes, and from where.
struct CheckTarget {
  Endpoint endpoint;
  std::optional<Address> bind_address;
  std::uint16_t bind_port = 0;  // 0: any
  std::string bind_interface;   // empty: any
  std::uint32_t fwmark = 0;     // SO_MARK; 0: none

  auto operator<=>(const CheckTarget&) const = default;
};

// One check of one real server. Servers whose checks are equal share one probe. Settings are shared
// between the checks of a file that spell the same, so that 50,000 servers stay small.
struct Check {
  std::shared_ptr<const CheckSettings> settings;  // never null
  CheckTarget target;

  bool operator==(const Check& other) const {
    return target == other.target && (settings == other.settings || *settings == *other.settings);
  }
};

}  // namespace lvsd
