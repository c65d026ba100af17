#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "model/event.h"

namespace lvsd {

// syslog(3)'s words for the levels in use: notice is a planned change, warning a server down, error
// a service below quorum or a refused operation, critical a dead service, info a server up.
enum class Level { debug, info, notice, warning, error, critical };

// Where lines go from now on: standard error. Under systemd (JOURNAL_STREAM) each line carries its
// priority as sd-daemon(3) wants it; elsewhere a time and the level in words.
void open_log(Level threshold);

// The level of the last open_log(), and the one from which on lines are written now.
Level log_level_at_start();
Level log_level();
void set_log_level(Level threshold);

// Whether lines of this level are written: for those that cost more to make than to leave out.
bool is_logged(Level level);

std::string_view text(Level level);  // "warning"
std::optional<Level> parse_level(std::string_view word);

// One event, one line; control bytes are escaped. Thread-safe.
void log(Level level, std::string_view line);
// The same, and whoever listens on this thread hears of it, whatever the threshold.
void log(Level level, std::string_view line, const EventSubject& subject);

// The one who hears of this thread's lines that have a subject; none: nobody does.
using EventListener =
    std::function<void(Level level, std::string_view line, const EventSubject& subject)>;
void set_event_listener(EventListener listener);

}  // namespace lvsd
