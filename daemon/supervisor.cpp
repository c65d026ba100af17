#include "daemon/supervisor.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/parse_number.h"

namespace lvsd {

namespace {

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(name);
  return taken;
}

// A line of its own, whatever is in it.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

std::string phase_lines(ServicePhase phase, Time now) {
  using std::chrono::microseconds;
  const auto clock = std::chrono::duration_cast<microseconds>(now.time_since_epoch()).count();
  switch (phase) {
    case ServicePhase::starting:
      return "";
    case ServicePhase::ready:
      return "READY=1\n";
    case ServicePhase::reloading:
      return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(clock) + "\n";
    case ServicePhase::stopping:
      return "STOPPING=1\n";
  }
  return "";
}

}  // namespace

SupervisorAddress take_supervisor_address() {
  SupervisorAddress address{.socket = taken_from_environment("NOTIFY_SOCKET")};
  const std::string interval = taken_from_environment("WATCHDOG_USEC");
  const std::string process = taken_from_environment("WATCHDOG_PID");
  // Another process is watched: we were started by it.
  if (!process.empty() && parse_number<pid_t>(process) != ::getpid()) return address;
  const auto microseconds = parse_number<std::int64_t>(interval);
  if (microseconds && *microseconds > 0)
    address.watchdog = std::chrono::microseconds(*microseconds);
  return address;
}

std::string message(const ServiceNote& told, const ServiceNote& is, Time now) {
  std::string lines;
  if (told.phase != is.phase) lines += phase_lines(is.phase, now);
  if (told.status != is.status) lines += "STATUS=" + one_line(is.status) + "\n";
  return lines;
}

Result<Supervisor> Supervisor::open(const SupervisorAddress& address) {
  Supervisor supervisor;
  const std::string& name = address.socket;
  if (name.empty()) return supervisor;
  sockaddr_un& to = supervisor.address_;
  const bool is_name = name.size() > 1 && (name.front() == '/' || name.front() == '@');
  if (!is_name || name.size() >= sizeof to.sun_path)
    return system_failure(EINVAL, "telling the service's supervisor at NOTIFY_SOCKET=" + name);
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, name.data(), name.size());
  if (name.front() == '@') to.sun_path[0] = '\0';
  supervisor.length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  supervisor.socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!supervisor.socket_) return system_failure(errno, "telling the service's supervisor: socket");
  return supervisor;
}

bool Supervisor::send(std::string_view message) const {
  return ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address_), length_) >= 0;
}

void Supervisor::note(const ServiceNote& is, Time now) {
  if (!socket_) return;
  const std::string lines = message(told_, is, now);
  if (!lines.empty() && send(lines)) told_ = is;
}

void Supervisor::feed_watchdog() {
  if (socket_) send("WATCHDOG=1\n");
}

}  // namespace lvsd
