#pragma once

#include "api/event_views.h"
#include "api/fields.h"

// The fields of the views of event_views.h; how they are described, fields.h says.

namespace lvsd::api {

template <>
struct Fields<EventView> {
  static constexpr std::string_view kind = "Event";
  static void visit(auto& event, auto& field) {
    field("sequence", event.sequence);
    field("time", event.time);
    field("severity", event.severity);
    field("event", event.event);
    field("service", event.service);
    field("server", event.server);
    field("before", event.before);
    field("state", event.state);
    field("reason", event.reason);
    field("text", event.text);
  }
};

}  // namespace lvsd::api
