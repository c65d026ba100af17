#include "daemon/journal.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "daemon/message_ids.h"

namespace lvsd {

namespace {

constexpr std::string_view socket_path = "/run/systemd/journal/socket";

// A value with a line end is told by its length, in little endian.
void add_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  if (value.find('\n') == value.npos) {
    out += '=';
  } else {
    out += '\n';
    for (unsigned shift = 0; shift < 64; shift += 8)
      out += static_cast<char>((std::uint64_t{value.size()} >> shift) & 0xffU);
  }
  out += value;
  out += '\n';
}

// Whether standard error is the stream that systemd made for us, and not a file or a terminal that
// somebody put there.
bool is_journal_stream(const char* said) {
  struct stat stream {};
  return said != nullptr && ::fstat(STDERR_FILENO, &stream) == 0 &&
         fmt::format("{}:{}", stream.st_dev, stream.st_ino) == said;
}

}  // namespace

std::string journal_entry(int priority, std::string_view line, const EventSubject* subject) {
  std::string out;
  add_field(out, "MESSAGE", line);
  add_field(out, "PRIORITY", fmt::format("{}", priority));
  add_field(out, "SYSLOG_IDENTIFIER", "lvsd");
  if (subject == nullptr) return out;
  add_field(out, "MESSAGE_ID", message_id(*subject));
  add_field(out, "LVSD_EVENT", text(subject->kind));
  add_field(out, "LVSD_SERVICE", subject->service);
  add_field(out, "LVSD_SERVER", subject->server);
  add_field(out, "LVSD_OLD_STATE", subject->before);
  add_field(out, "LVSD_NEW_STATE", subject->after);
  add_field(out, "LVSD_REASON", subject->reason);
  return out;
}

std::optional<Journal> Journal::open() {
  if (!is_journal_stream(std::getenv("JOURNAL_STREAM"))) return std::nullopt;
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  static_assert(socket_path.size() < sizeof address.sun_path);
  socket_path.copy(address.sun_path, socket_path.size());
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::nullopt;
  return Journal(std::move(socket));
}

bool Journal::send(std::string_view entry) const {
  return ::send(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(entry.size());
}

}  // namespace lvsd
