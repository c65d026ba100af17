#include "daemon/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/printable.h"

namespace lvsd {

namespace {

bool to_journal = false;
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

}  // namespace

void open_log(Level threshold) {
  lowest_at_start = threshold;
  lowest = threshold;
  to_journal = std::getenv("JOURNAL_STREAM") != nullptr;
  auto logger =
      std::make_shared<spdlog::logger>("lvsd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(to_journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %v");
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
  log(level, line);
}

void log(Level level, std::string_view line) {
  if (!is_logged(level)) return;
  const auto [priority, name, lower] = words(level);
  const std::string message = printable_line(line);
  spdlog::info("{}", to_journal ? fmt::format("<{}>{}", priority, message)
                                : fmt::format("{} {}", name, message));
}

}  // namespace lvsd
