#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/time.h"

// What lvsd tells the one who started it as a service, systemd or another who speaks sd_notify(3)'s
// protocol: when it is ready, reloads and stops, how its services are, and that it is alive.

namespace lvsd {

// How to reach it, as the environment says.
struct SupervisorAddress {
  std::string socket{};                  // a path, or an abstract name behind '@'; empty: nobody
  Duration watchdog = Duration::zero();  // to be fed more often than that; zero: not at all

  bool operator==(const SupervisorAddress&) const = default;
};

// $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. They are removed from the environment: no
// program that lvsd starts is meant. REQUIRES: no other thread runs yet.
SupervisorAddress take_supervisor_address();

enum class ServicePhase : std::uint8_t { starting, ready, reloading, stopping };

// How lvsd is, for its supervisor.
struct ServiceNote {
  ServicePhase phase = ServicePhase::starting;
  std::string status{};  // one line for people: what `systemctl status` shows

  bool operator==(const ServiceNote&) const = default;
};

// The message that makes of what was told what is; empty: there is nothing to tell. `now`: on the
// clock that CLOCK_MONOTONIC is, by which systemd tells a reload from the one before.
std::string message(const ServiceNote& told, const ServiceNote& is, Time now);

// The socket. What cannot be sent is sent again with the next note: the supervisor's queue may be
// full for a moment, and lvsd never waits for it.
class Supervisor {
 public:
  // Without an address it tells nobody. Errors: the name is none, or there is no socket to be had.
  static Result<Supervisor> open(const SupervisorAddress& address);

  void note(const ServiceNote& is, Time now);
  void feed_watchdog();

 private:
  bool send(std::string_view message) const;

  UniqueFd socket_;  // none: nobody is told
  sockaddr_un address_{};
  socklen_t length_ = 0;
  ServiceNote told_;
};

}  // namespace lvsd
