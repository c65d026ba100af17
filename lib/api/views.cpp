#include "api/views.h"

#include <algorithm>

namespace lvsd::api {

std::string overall_state(const StatusView& status) {
  const auto any_service = [&status](std::string_view state) {
    return std::any_of(status.services.begin(), status.services.end(),
                       [state](const ServiceSummary& service) { return service.state == state; });
  };
  const bool error =
      std::any_of(status.attention.begin(), status.attention.end(),
                  [](const AttentionView& attention) { return attention.severity == "error"; });
  if (any_service("DOWN")) return "DOWN";
  return any_service("DEGRADED") || status.kernel.error || error ? "DEGRADED" : "OK";
}

}  // namespace lvsd::api
