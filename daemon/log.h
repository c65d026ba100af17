#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/event.h"
#include "model/global.h"

namespace lvsd {

// syslog(3)'s words for the levels in use: notice is a planned change, warning a server down, error
// a service below quorum or a refused operation, critical a dead service, info a server up.
enum class Level { debug, info, notice, warning, error, critical };

// Where lines go from now on: standard error. Under systemd (JOURNAL_STREAM) each line carries its
// priority as sd-daemon(3) wants it, or goes to the journal with fields; elsewhere a time and the
// level in words. With LogFormat::json an object a line, whatever standard error is.
void open_log(Level threshold, LogFormat format = LogFormat::text);

// Where the file wants them to go instead, and how they are to look; what it does not say is as it
// was opened. Where there is no such place, why; they go where they went. Can block on a disk.
Result<void> direct_log(const LogSettings& settings);

// The end of it: what is not written yet is, if that takes no longer than half a second.
void close_log();

// The level of open_log(), or of the configuration since; and the one from which on lines are
// written now.
Level log_level_at_start();
void set_log_level_at_start(Level threshold);
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
