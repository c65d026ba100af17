#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "model/controls.h"
#include "model/global.h"
#include "model/override.h"

// IPVS's three timeouts one by one, and what an operator wishes of them beside the file.

namespace lvsd {

enum class TimeoutKind : std::uint8_t { tcp, tcp_fin, udp };
inline constexpr std::array timeout_kinds = {TimeoutKind::tcp, TimeoutKind::tcp_fin,
                                             TimeoutKind::udp};
std::string_view text(TimeoutKind kind);  // "tcp", "tcpfin", "udp", as the file says
std::optional<TimeoutKind> parse_timeout_kind(std::string_view word);

// The one of a kind.
std::uint32_t& timeout(Timeouts& timeouts, TimeoutKind kind);
std::uint32_t timeout(const Timeouts& timeouts, TimeoutKind kind);
std::optional<std::uint32_t>& timeout(IpvsTimeouts& timeouts, TimeoutKind kind);
std::optional<std::uint32_t> timeout(const IpvsTimeouts& timeouts, TimeoutKind kind);

struct TimeoutOverride {
  std::uint32_t value = 0;             // seconds
  std::optional<std::uint32_t> hides;  // the configured value at that time; absent: none
  std::uint32_t before = 0;            // the kernel's own, where none was configured; 0: not known
  Author by;

  bool operator==(const TimeoutOverride&) const = default;
};
using TimeoutOverrides = std::map<TimeoutKind, TimeoutOverride>;

}  // namespace lvsd
