#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/log.h"
#include "daemon/pools.h"

namespace lvsd {

// The log's lines for what happened to servers and services: one line a change of state, in
// HAProxy's shape, because people have tools that read it. An interface: the words are tested.

struct LogLine {
  Level level = Level::info;
  std::string text;
  std::optional<EventSubject> subject{};  // of a line that is an event
};

// Writes it, as an event where it is one.
void log(const LogLine& line);

// "Layer7 wrong status, code: 503, info: "Service Unavailable", check duration: 0ms".
std::string evidence(const Observation& seen);
// "Layer7 wrong status, code: 503": what is still known of it later.
std::string evidence(const LastResult& last);

// `observation` is what brought `change` about.
std::vector<LogLine> event_lines(const Pools& pools, const PoolChange& change,
                                 const Observation& observation);
// Of what an operator, time or the counters brought about.
std::vector<LogLine> event_lines(const Pools& pools, const PoolChange& change);

}  // namespace lvsd
