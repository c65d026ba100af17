#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "api/views.h"

// How one fact about the daemon, a service or a server is said, the same in every command of lvsctl
// and on the status page.

namespace lvsd::api {

// What a state means for those who look at many. HAProxy's colours: green works, red does not,
// yellow is on its way, blue is being drained, grey rests.
enum class Tone : std::uint8_t { plain, good, changing, bad, drain, rest };
// By the first word of a state: "WARMING 40%" is on its way.
Tone tone_of(std::string_view state);

// "tcp 203.0.113.10:80", "fwmark 10"; of a group the first and how many more: "tcp … +2".
std::string address_text(const ServiceSummary& service);
// "4/4 up +2 bkp", "1/2 up DEGRADED", "0/2 up ON SORRY".
std::string servers_text(const ServiceSummary& service);
// "300s /32 sip", "-".
std::string persistence_text(const std::optional<PersistenceView>& persistence);

// "web/web01"
std::string name_text(const ServerView& server);
// What the kernel has instead of what is wanted: "weight 5", "absent"; nothing when they agree, or
// when the kernel has not been read.
std::optional<std::string> kernel_difference(const ServerView& server);
// "ACTIVE"; "ACTIVE !kernel: weight 5" when the kernel differs from what is wanted.
std::string state_text(const ServerView& server);
// "up", "falling 2/3", "rising 1/2".
std::string health_text(const HealthView& health);
// What is wanted, and what the file says when that is something else: "10", "0 (10)", "- (10)".
std::string weight_text(const WeightView& weight);
// "L7OK/200 3ms", "L4TOUT 2000ms", "-" before the first.
std::string last_check_text(const HealthView& health);
// "L7STS/503", "L4OK".
std::string result_text(const CheckResultView& result);
// "drain by alice (uid 1000, cli) "kernel patch"", "since 14:31:02", "until 18:00:00".
std::vector<std::string> admin_pieces(const AdminView& admin, const Head& head);
// "TCP_CHECK 10.0.0.2:80", "every 5s", "up".
std::vector<std::string> check_pieces(const CheckHistoryView& check);
// "402/3011", with_persistent "402/3011/88".
std::string connections_text(const ConnectionsView& connections, bool with_persistent);

// "counters of 4s ago". REQUIRES: head.counted.
std::string counted_text(const Head& head);
// "config gen 37 loaded 14:02:11, file unchanged".
std::string config_text(const Head& head, const ConfigFileView& config);
// "drift none", "drift 1 missing (3 repaired)".
std::string drift_text(const DriftView& drift);
// "IPVS 1.2.1 size 4096", "ours 3 services/11 servers", "foreign 0", and what is wrong.
std::vector<std::string> kernel_pieces(const KernelView& kernel);
// "11 running, 10 pass, 1 fail, slowest 87ms".
std::string checks_text(const CheckCounts& checks);

}  // namespace lvsd::api
