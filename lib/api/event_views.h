#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/moment.h"

// What the API says of what happened.

namespace lvsd::api {

// One event. Its number only grows, across restarts as well.
struct EventView {
  std::uint64_t sequence = 0;
  Moment time{};
  std::string severity;  // "info", "notice", "warning", "error", "critical"
  std::string event;     // what it is of: "server", "service", "reload"…; "gap": some are lost
  std::optional<std::string> service;
  std::optional<std::string> server;
  std::optional<std::string> before;  // states
  std::optional<std::string> state;
  std::optional<std::string> reason;
  std::string text;  // the line of the log

  bool operator==(const EventView&) const = default;
};

}  // namespace lvsd::api
