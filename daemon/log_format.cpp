#include "daemon/log_format.h"

#include <nlohmann/json.hpp>

namespace lvsd {

namespace {

using Json = nlohmann::ordered_json;

Json known(std::string_view word) {
  return word.empty() ? Json(nullptr) : Json(word);
}

}  // namespace

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
                       {"text", line}};
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lvsd
