#include "model/timeouts.h"

namespace lvsd {

std::string_view text(TimeoutKind kind) {
  switch (kind) {
    case TimeoutKind::tcp:
      return "tcp";
    case TimeoutKind::tcp_fin:
      return "tcpfin";
    case TimeoutKind::udp:
      return "udp";
  }
  return "?";
}

std::optional<TimeoutKind> parse_timeout_kind(std::string_view word) {
  for (const TimeoutKind kind : timeout_kinds)
    if (word == text(kind)) return kind;
  return std::nullopt;
}

namespace {

// Of either struct, which call their members alike.
auto& member(auto& timeouts, TimeoutKind kind) {
  switch (kind) {
    case TimeoutKind::tcp:
      return timeouts.tcp;
    case TimeoutKind::tcp_fin:
      return timeouts.tcp_fin;
    case TimeoutKind::udp:
      break;
  }
  return timeouts.udp;
}

}  // namespace

std::uint32_t& timeout(Timeouts& timeouts, TimeoutKind kind) {
  return member(timeouts, kind);
}
std::uint32_t timeout(const Timeouts& timeouts, TimeoutKind kind) {
  return member(timeouts, kind);
}
std::optional<std::uint32_t>& timeout(IpvsTimeouts& timeouts, TimeoutKind kind) {
  return member(timeouts, kind);
}
std::optional<std::uint32_t> timeout(const IpvsTimeouts& timeouts, TimeoutKind kind) {
  return member(timeouts, kind);
}

}  // namespace lvsd
