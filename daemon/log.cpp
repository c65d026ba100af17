#include "daemon/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/printable.h"
#include "daemon/log_format.h"
#include "daemon/log_outlet.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace {

LogFormat format_at_start = LogFormat::text;
std::atomic<LogFormat> format = LogFormat::text;
bool to_journal = false;  // that is, standard error leads there
std::atomic<Level> lowest_at_start = Level::info;
std::atomic<Level> lowest = Level::info;
thread_local EventListener event_listener;

// Where lines go other than standard error; null: there. A thread that was left behind may write a
// line while the process ends, so this does not end before it.
struct Way {
  std::mutex guard;
  std::shared_ptr<LogOutlet> outlet;
};

Way& way() {
  static Way& one = *new Way;
  return one;
}

std::shared_ptr<LogOutlet> outlet() {
  const std::lock_guard guard(way().guard);
  return way().outlet;
}

void set_outlet(std::shared_ptr<LogOutlet> next) {
  {
    const std::lock_guard guard(way().guard);
    way().outlet.swap(next);
  }
  next.reset();  // what it has not written may take a while
}

std::string stderr_line(const LogRecord& record) {
  if (format == LogFormat::json)
    return json_line(record.level, record.message, record.subject, wall_clock());
  return to_journal ? fmt::format("<{}>{}", priority(record.level), record.message)
                    : fmt::format("{} {}", upper_word(record.level), record.message);
}

void set_format(LogFormat its_format) {
  format = its_format;
  const bool is_bare = to_journal || its_format == LogFormat::json;
  spdlog::default_logger()->set_pattern(is_bare ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %v");
}

void write(Level level, std::string_view line, const EventSubject* subject) {
  if (!is_logged(level)) return;
  const std::string message = printable_line(line);
  const LogRecord record{level, message, subject};
  if (const auto taker = outlet(); taker && taker->take(record)) return;
  spdlog::info("{}", stderr_line(record));
}

}  // namespace

void open_log(Level threshold, LogFormat its_format) {
  lowest_at_start = threshold;
  lowest = threshold;
  format_at_start = its_format;
  to_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  set_outlet(its_format == LogFormat::text ? open_journal_of_stderr() : nullptr);
  auto logger =
      std::make_shared<spdlog::logger>("lvsd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  set_format(its_format);
}

Result<void> direct_log(const LogSettings& settings) {
  const LogFormat its_format = settings.format.value_or(format_at_start);
  auto opened = open_outlet(settings, its_format);
  if (!opened) return opened.error();
  if (its_format != format) set_format(its_format);
  set_outlet(std::move(*opened));
  return {};
}

void close_log() {
  set_outlet(nullptr);
}

Level log_level_at_start() {
  return lowest_at_start;
}

void set_log_level_at_start(Level threshold) {
  lowest_at_start = threshold;
}

Level log_level() {
  return lowest;
}

void set_log_level(Level threshold) {
  lowest = threshold;
}

bool is_logged(Level level) {
  return level >= lowest;
}

std::string_view text(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::notice:
      return "notice";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
    case Level::critical:
      return "critical";
  }
  return "info";
}

std::optional<Level> parse_level(std::string_view word) {
  for (const Level level :
       {Level::debug, Level::info, Level::notice, Level::warning, Level::error, Level::critical})
    if (text(level) == word) return level;
  return std::nullopt;
}

void set_event_listener(EventListener listener) {
  event_listener = std::move(listener);
}

void log(Level level, std::string_view line, const EventSubject& subject) {
  if (event_listener) event_listener(level, line, subject);
  write(level, line, &subject);
}

void log(Level level, std::string_view line) {
  write(level, line, nullptr);
}

}  // namespace lvsd
