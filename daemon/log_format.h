#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/moment.h"
#include "daemon/log.h"

namespace lvsd {

// How lines look on standard error.
enum class LogFormat : std::uint8_t {
  text,  // for people; for the journal, with fields, where that is what standard error is
  json,  // for programs: an object a line, whatever standard error is
};

// Before open_log().
void set_log_format(LogFormat format);

// One line as an object: time, severity, event, service, server, before, state, reason and text are
// what they are of the API's events; null where there is none. Without the line end.
std::string json_line(Level level, std::string_view line, const EventSubject* subject,
                      const api::Moment& now);

}  // namespace lvsd
