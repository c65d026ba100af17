#include "model/event.h"

namespace lvsd {

std::string_view text(EventKind kind) {
  switch (kind) {
    case EventKind::server:
      return "server";
    case EventKind::service:
      return "service";
    case EventKind::wish:
      return "wish";
    case EventKind::reload:
      return "reload";
    case EventKind::drift:
      return "drift";
    case EventKind::check:
      return "check";
    case EventKind::checker:
      return "checker";
    case EventKind::kernel:
      return "kernel";
    case EventKind::tuning:
      return "tuning";
    case EventKind::notifier:
      return "notifier";
    case EventKind::daemon:
      return "daemon";
  }
  return "?";
}

std::span<const EventKind> event_kinds() {
  using enum EventKind;
  static constexpr EventKind kinds[] = {server,  service, wish,   reload,   drift, check,
                                        checker, kernel,  tuning, notifier, daemon};
  return kinds;
}

}  // namespace lvsd
