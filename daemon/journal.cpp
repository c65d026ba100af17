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

template <class Number>
void add_number(std::string& out, std::string_view name, const std::optional<Number>& value) {
  if (value) add_field(out, name, fmt::format_int(*value).str());
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
  add_field(out, "LVSD_ADDRESS", subject->address);
  add_field(out, "LVSD_RESULT", subject->result);
  add_number(out, "LVSD_CODE", subject->code);
  add_number(out, "LVSD_DURATION_MS", subject->duration_ms);
  add_number(out, "LVSD_ACTIVE_LEFT", subject->active_left);
  add_number(out, "LVSD_BACKUP_LEFT", subject->backup_left);
  add_number(out, "LVSD_USER_UID", subject->uid);
  add_number(out, "LVSD_GENERATION", subject->generation);
  return out;
}

std::optional<Journal> Journal::open() {
  if (!is_journal_stream(std::getenv("JOURNAL_STREAM"))) return std::nullopt;
  return connect();
}

std::optional<Journal> Journal::connect(const std::string& path) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  path.copy(address.sun_path, path.size());
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
