#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/source.h"
#include "model/config.h"

namespace lvsd {

// A block while it is read: what was written stands in optionals, so that what was not written can
// be inherited when the virtual server ends (keepalived resolves inheritance after the parse).

// What a virtual server, its real servers and their checks may each set.
struct Timing {
  std::optional<Duration> delay_loop;
  std::optional<Duration> connect_timeout;
  std::optional<Duration> delay_before_retry;
  std::optional<Duration> warmup;
  std::optional<std::uint32_t> retry;
  std::optional<bool> alpha;
};

struct Method {
  Forwarding forwarding = Forwarding::nat;
  Tunnel tunnel;
};

struct CheckDraft {
  Probe probe;
  Timing timing;
  Span where;
};

struct ServerDraft {
  Endpoint endpoint;
  std::optional<Method> method;
  std::optional<std::uint32_t> weight;
  std::optional<bool> inhibit_on_failure;
  Timing timing;
  std::vector<CheckDraft> checks;
  Span where;
};

struct SorryDraft {
  Endpoint endpoint;
  std::optional<Method> method;
  bool inhibit = false;
  Span where;
};

struct ServiceDraft {
  Endpoint endpoint;
  std::optional<Protocol> protocol;
  std::string scheduler;
  std::optional<Method> method;
  bool inhibit_on_failure = false;
  std::optional<std::uint32_t> quorum;
  std::optional<std::uint32_t> hysteresis;
  std::optional<std::uint32_t> weight;
  Timing timing;
  std::vector<ServerDraft> servers;
  std::vector<SorryDraft> sorry_servers;
  Span where;
};

}  // namespace lvsd
