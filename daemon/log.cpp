#include "daemon/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/printable.h"
#include "daemon/journal.h"
#include "daemon/log_format.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace {

LogFormat format = LogFormat::text;
bool to_journal = false;         // that is, standard error leads there
std::optional<Journal> journal;  // lines go there with their fields; set before other threads log
Level lowest_at_start = Level::info;
std::atomic<Level> lowest = Level::info;
thread_local EventListener event_listener;

struct Words {
  int priority;  // syslog(3)
  const char* name;
  std::string_view lower;
};

Words words(Level level) {
  switch (level) {
    case Level::debug:
      return {7, "DEBUG", "debug"};
    case Level::info:
      return {6, "INFO", "info"};
    case Level::notice:
      return {5, "NOTICE", "notice"};
    case Level::warning:
      return {4, "WARNING", "warning"};
    case Level::error:
      return {3, "ERROR", "error"};
    case Level::critical:
      return {2, "CRITICAL", "critical"};
  }
  return {6, "INFO", "info"};
}

std::string stderr_line(Level level, const std::string& message, const EventSubject* subject) {
  if (format == LogFormat::json) return json_line(level, message, subject, wall_clock());
  const auto [priority, name, lower] = words(level);
  return to_journal ? fmt::format("<{}>{}", priority, message)
                    : fmt::format("{} {}", name, message);
}

void write(Level level, std::string_view line, const EventSubject* subject) {
  if (!is_logged(level)) return;
  const std::string message = printable_line(line);
  if (journal && journal->send(journal_entry(words(level).priority, message, subject))) return;
  spdlog::info("{}", stderr_line(level, message, subject));
}

}  // namespace

void set_log_format(LogFormat its_format) {
  format = its_format;
}

void open_log(Level threshold) {
  lowest_at_start = threshold;
  lowest = threshold;
  to_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  journal.reset();
  if (auto opened = format == LogFormat::text ? Journal::open() : std::nullopt)
    journal.emplace(std::move(*opened));
  auto logger =
      std::make_shared<spdlog::logger>("lvsd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  const bool is_bare = to_journal || format == LogFormat::json;
  logger->set_pattern(is_bare ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

Level log_level_at_start() {
  return lowest_at_start;
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
  return words(level).lower;
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
