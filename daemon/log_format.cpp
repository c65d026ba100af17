#include "daemon/log_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace lvsd {

namespace {

using Json = nlohmann::ordered_json;

Json known(std::string_view word) {
  return word.empty() ? Json(nullptr) : Json(word);
}

template <class Number>
Json known(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

}  // namespace

std::string dated_line(LogFormat format, const LogRecord& record, const api::Moment& now) {
  if (format == LogFormat::json)
    return json_line(record.level, record.message, record.subject, now);
  return fmt::format("{} {} {}", api::text(now), upper_word(record.level), record.message);
}

std::string upper_word(Level level) {
  std::string word(text(level));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return word;
}

int priority(Level level) {
  switch (level) {
    case Level::debug:
      return 7;
    case Level::info:
      return 6;
    case Level::notice:
      return 5;
    case Level::warning:
      return 4;
    case Level::error:
      return 3;
    case Level::critical:
      return 2;
  }
  return 6;
}

std::string json_line(Level level, std::string_view line, const EventSubject* subject,
                      const api::Moment& now) {
  const EventSubject none;
  const EventSubject& of = subject != nullptr ? *subject : none;
  const Json object = {{"time", api::text(now)},
                       {"severity", text(level)},
                       {"event", subject != nullptr ? Json(text(of.kind)) : Json(nullptr)},
                       {"service", known(of.service)},
                       {"server", known(of.server)},
                       {"before", known(of.before)},
                       {"state", known(of.after)},
                       {"reason", known(of.reason)},
                       {"address", known(of.address)},
                       {"result", known(of.result)},
                       {"code", known(of.code)},
                       {"duration_ms", known(of.duration_ms)},
                       {"active_left", known(of.active_left)},
                       {"backup_left", known(of.backup_left)},
                       {"uid", known(of.uid)},
                       {"generation", known(of.generation)},
                       {"text", line}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lvsd
