#pragma once

#include <optional>
#include <string>

#include "api/json.h"
#include "lvsctl/render.h"

// How one fact about a service or server is said, the same in every command.

namespace lvsd::ctl {

// By the first word of a STATE: "WARMING 40%" is on its way.
Style style_of(std::string_view state);

// "tcp 203.0.113.10:80", "fwmark 10"; of a group the first and how many more: "tcp … +2".
std::string address_text(const api::ServiceSummary& service);
// "4/4 up +2 bkp", "1/2 up DEGRADED", "0/2 up ON SORRY".
std::string servers_text(const api::ServiceSummary& service);
// "300s /32 sip", "-".
std::string persistence_text(const std::optional<api::PersistenceView>& persistence);

// "web/web01"
std::string name_text(const api::ServerView& server);
// "ACTIVE"; with "!kernel: weight 5" or "!kernel: absent" when the kernel differs from what is
// wanted.
Cell state_cell(const api::ServerView& server);
// "up", "falling 2/3", "rising 1/2".
std::string health_text(const api::HealthView& health);
// What is wanted, and what the file says when that is something else: "10", "0 (10)", "- (10)".
std::string weight_text(const api::WeightView& weight);
// "L7OK/200 3ms", "L4TOUT 2000ms", "-" before the first.
std::string last_check_text(const api::HealthView& health);
// What the kernel has instead of what is wanted: "weight 5", "absent"; nothing when they agree, or
// when the kernel has not been read.
std::optional<std::string> kernel_difference(const api::ServerView& server);

// "402/3011"
std::string connections_text(const api::ConnectionsView& connections, bool with_persistent);

}  // namespace lvsd::ctl
