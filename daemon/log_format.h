#pragma once

#include <string>
#include <string_view>

#include "api/moment.h"
#include "daemon/log.h"
#include "model/global.h"

namespace lvsd {

// One line with all it is made of.
struct LogRecord {
  Level level = Level::info;
  std::string_view message;  // printable
  const EventSubject* subject = nullptr;
};

// The line as it stands in a file: with its time, as people or programs read it.
std::string dated_line(LogFormat format, const LogRecord& record, const api::Moment& now);

int priority(Level level);            // syslog(3)'s number
std::string upper_word(Level level);  // "WARNING"

// One line as an object: time, severity, event, service, server, before, state, reason and text are
// what they are of the API's events, the rest what EventSubject has; null where there is none.
// Without the line end.
std::string json_line(Level level, std::string_view line, const EventSubject* subject,
                      const api::Moment& now);

}  // namespace lvsd
