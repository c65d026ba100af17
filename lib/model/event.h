#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lvsd {

// What an event is of. A line of the log that has an EventSubject is an event as well: programs
// read its parts where people read the line.
enum class EventKind : std::uint8_t {
  server,    // came up, went down, drains, warms up, enters, leaves
  service,   // quorum, panic
  wish,      // what an operator asked for
  reload,    // of the configuration, done or refused
  drift,     // what others changed in the kernel
  check,     // paused, resumed, cannot be made, a certificate
  checker,   // a process that runs checks
  kernel,    // refused something, cannot be read, or does again
  tuning,    // settings of the kernel beside IPVS's
  notifier,  // scripts and FIFOs
  daemon,    // lvsd itself
};
std::string_view text(EventKind kind);  // "server"
std::span<const EventKind> event_kinds();

struct EventSubject {
  EventKind kind = EventKind::daemon;
  std::string service{};  // id of the virtual server; of drift the kernel's entry
  std::string server{};
  std::string before{};  // states: "UP", "DRAINING"; empty: not known, or there is none
  std::string after{};
  std::string reason{};  // for people
  // What of this a line has depends on what it is of.
  std::string address{};                       // of the server: "10.0.0.2:80"
  std::string result{};                        // of the check: "L4TOUT"
  std::optional<int> code{};                   // that the server gave with it: 503
  std::optional<std::int64_t> duration_ms{};   // of the check
  std::optional<std::uint64_t> active_left{};  // servers that serve now
  std::optional<std::uint64_t> backup_left{};  // backup servers that could
  std::optional<std::uint32_t> uid{};          // whose wish it is; absent: nobody's of this machine
  std::optional<std::uint64_t> generation{};   // of the configuration that is in force now
};

}  // namespace lvsd
